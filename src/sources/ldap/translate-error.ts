import { types } from 'node:util';
import {
  SourceAuthError,
  SourceConfigError,
  SourceReadError,
  SourceUnavailableError,
  SyncError,
} from '../../domain/errors.js';
import { adBindReason } from './ad-bind-reason.js';
import { limitError } from './limit-error.js';
import { resultCode } from './result-codes.js';

/** Makes one of the engine's decisions out of what the server, Node or ldapts said. Our own mistakes pass as they are. */
export function translateError(error: unknown): unknown {
  if (error instanceof SyncError || !types.isNativeError(error)) return error;
  const code = resultCode(error);
  if (code !== null) return translateResult(code, error);
  const system = (error as NodeJS.ErrnoException).code;
  if (system !== undefined) return translateSystem(system, error);
  if (/^(Type|Range|Reference|Syntax)Error$/.test(error.name)) return error;
  // ldapts has plain errors for lost connections and time-outs.
  return new SourceUnavailableError(`The LDAP server broke off: ${said(error)}.`, { cause: error });
}

type Translate = (error: Error) => SyncError;

const auth = (what: string): Translate => {
  return (error) => new SourceAuthError(`${what} (${said(error)}).`, { cause: error });
};
const options = (what: string): Translate => {
  return (error) => new SourceConfigError(`${what} (${said(error)}).`, { cause: error });
};
const read = (what: string): Translate => {
  return (error) => new SourceReadError(`${what} (${said(error)}).`, { cause: error });
};
const unavailable = (what: string): Translate => {
  return (error) => new SourceUnavailableError(`${what} (${said(error)}).`, { cause: error });
};

/** Result codes (RFC 4511, appendix A) by who must do something. */
const RESULTS: Readonly<Record<number, Translate>> = {
  1: options('The LDAP server can not do this search; look at base DN, filter and bind DN'),
  2: options('The LDAP server does not understand us; is this an LDAP port?'),
  3: read("The server's time limit ends the search; raise it for the bind DN or index the filter's attributes"),
  7: auth('The LDAP server allows no bind with a password'),
  8: auth('The LDAP server wants an encrypted connection: use ldaps:// or startTls'),
  10: options('The base DN is kept by another server; name that one in url'),
  12: options('The LDAP server does not know a control that this read needs'),
  13: auth('The LDAP server wants an encrypted connection: use ldaps:// or startTls'),
  18: options('The LDAP server can not compare as the filter asks'),
  21: options('The LDAP server refuses a value of the filter'),
  32: options('The base DN is not there, or the bind DN may not see it'),
  33: options('The base DN is an alias that leads nowhere'),
  34: options('A DN of the options is no DN to the server'),
  36: auth('The bind DN may not follow an alias'),
  48: auth('The LDAP server refuses this way to bind'),
  50: auth('The bind DN lacks the right to read; grant it read and search below the base DN'),
  51: unavailable('The LDAP server is busy'),
  52: unavailable('The LDAP server is not available'),
  53: options('The LDAP server is unwilling; it may want a stronger bind or a narrower filter'),
  80: unavailable('The LDAP server failed'),
};

function translateResult(code: number, error: Error): SyncError {
  if (code === 4 || code === 11) return limitError(error, null);
  if (code === 49) return refusedBind(error);
  return (RESULTS[code] ?? unavailable(`The LDAP server answered result code ${code}`))(error);
}

function refusedBind(error: Error): SourceAuthError {
  const reason = adBindReason(error.message);
  const why = reason === null ? 'check bindDn and bindPassword' : reason;
  return new SourceAuthError(`The LDAP server refuses the bind: ${why} (code 49).`, { cause: error });
}

/** Codes of Node and OpenSSL that mean: the certificates or the protocol don't fit, and will not by themselves. */
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|INVALID_PURPOSE|HOSTNAME_|EPROTO$)/;

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; check host and port of url',
  ENOTFOUND: 'the host name of url is unknown',
  EAI_AGAIN: 'the host name of url can not be looked up now',
  ETIMEDOUT: 'no answer; check host, port and fire wall',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ECONNRESET: 'it closed the connection; does the port speak what url says (ldap or ldaps)?',
};

function translateSystem(code: string, error: Error): SyncError {
  if (TLS_CODES.test(code)) {
    const advice = "put the CA's certificate into tls.ca, or its name into tls.serverName";
    return new SourceConfigError(`TLS with the LDAP server failed; ${advice} (${code}: ${said(error)}).`, {
      cause: error,
    });
  }
  const why = NETWORK[code] ?? said(error);
  return new SourceUnavailableError(`The LDAP server can't be reached: ${why} (${code}).`, { cause: error });
}

/** The other side's words, made fit for one line. */
function said(error: Error): string {
  return error.message
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .replace(/\.$/, '');
}
