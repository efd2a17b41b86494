import {
  SourceAuthError,
  SourceConfigError,
  SourceRateLimitedError,
  SourceUnavailableError,
  SyncError,
} from '../../domain/errors.js';
import { classifyStatus, notTheResult } from './classify-status.js';

/** The error for a status that is no success. */
export function statusError(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { host }: URL,
): SyncError {
  const meaning = classifyStatus(status, headers, Date.now());
  if (meaning.is === 'rate_limited') return new SourceRateLimitedError(meaning.afterMs);
  if (meaning.is === 'passing') return new SourceUnavailableError(`${host} answers ${status}${notTheResult(status)}.`);
  if (meaning.is === 'auth') {
    return new SourceAuthError(`${host} answers ${status}: check the credential and its permissions.`);
  }
  return new SourceConfigError(`${host} answers ${status}: check the address.`);
}

/** The error for a connection that failed: the caller's own reason, a deadline, a certificate or the network. */
export function connectionError(
  cause: unknown,
  asked: { readonly url: string; readonly signal: AbortSignal; readonly timeoutMs: number },
  deadline: AbortSignal,
): Error {
  if (asked.signal.aborted) return asked.signal.reason as Error;
  if (cause instanceof SyncError) return cause;
  const host = URL.canParse(asked.url) ? new URL(asked.url).host : 'The source';
  if (deadline.aborted) return new SourceUnavailableError(`${host} took more than ${asked.timeoutMs} ms.`, { cause });
  const code = codeOf(cause);
  const [, problem, message] = PROBLEMS.find(([pattern]) => pattern.test(code)) ?? OTHER;
  const text = message.replace('HOST', host).replace('CODE', code);
  return problem === 'config' ? new SourceConfigError(text, { cause }) : new SourceUnavailableError(text, { cause });
}

type Problem = readonly [code: RegExp, is: 'config' | 'passing', message: string];

/**
 * Codes of undici (docs/docs/api/Errors.md), Node.js (errors.md, tls.md), OpenSSL and the HTTP parser. What passes is
 * tried again; a certificate, a request that can't be sent or an answer over the cap is not.
 */
const PROBLEMS: readonly Problem[] = [
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG)$/,
    'config',
    'HOST does not use https on this port (CODE): check the address.',
  ],
  [/^ERR_OSSL/, 'config', 'The certificates (PEM) for HOST cannot be read (CODE): check the option "ca".'],
  [/ALTNAME|HOSTNAME_MISMATCH/, 'config', 'The certificate of HOST is for another name (CODE).'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)|ERR_TLS|ERR_SSL|CRL|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/,
    'config',
    'The certificate of HOST is not trusted (CODE).',
  ],
  [
    /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED)|^ERR_INVALID_(ARG|CHAR|HTTP_TOKEN|URL)/,
    'config',
    'The request to HOST cannot be sent (CODE): a header or the address has a character that HTTP does not allow.',
  ],
  [/^UND_ERR_RES_EXCEEDED_MAX_SIZE$/, 'config', 'HOST sends more than is allowed (CODE).'],
  [/HEADERS?_OVERFLOW/, 'passing', 'HOST sends headers that are too large (CODE).'],
  [/^HPE/, 'passing', 'HOST answers something that is not HTTP (CODE): check address and port if this error stays.'],
  [/CONNECT_TIMEOUT|^ETIMEDOUT$/, 'passing', 'HOST does not accept a connection in time (CODE).'],
  [/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, 'passing', 'HOST does not answer in time (CODE).'],
  [/CONTENT_LENGTH_MISMATCH/, 'passing', 'HOST sends a different number of bytes than it announces (CODE).'],
  [
    /^UND_ERR_SOCKET$|^ECONNRESET$|^EPIPE$|^ECONNABORTED$|^UND_ERR_(CLOSED|DESTROYED|ABORTED)$|^ABORT_ERR$/,
    'passing',
    'HOST closed the connection (CODE).',
  ],
  [
    /^ENOTFOUND$|^ENODATA$|^ENONAME$/,
    'passing',
    'HOST is not in the DNS (CODE): check the address if this error stays.',
  ],
  [
    /^Z_|^ERR_(BROTLI|_ERROR)|^ERR_PADDING/,
    'passing',
    'HOST sends a compressed answer that cannot be decompressed (CODE).',
  ],
];

const OTHER: Problem = [/^/, 'passing', 'HOST cannot be reached (CODE).'];

/** The first code of an error and what caused it. */
function codeOf(cause: unknown): string {
  for (let error = cause, depth = 0; typeof error === 'object' && error !== null && depth < 5; depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    // undici names some errors of its parser without a code.
    if (error instanceof Error && error.name === 'HTTPParserError') return 'HPE';
    error = 'cause' in error ? error.cause : null;
  }
  return 'no code';
}
