import { types } from 'node:util';
import {
  SourceAuthError,
  SourceConfigError,
  SourceReadError,
  SourceUnavailableError,
  SyncError,
} from '../../domain/errors.js';
import { resultCode, resultError } from './result-error.js';

/**
 * Makes a typed error of the engine from an error of the server, Node or ldapts. Other errors are returned unchanged.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof SyncError || !types.isNativeError(error)) return error;
  const code = resultCode(error);
  if (code !== null) return translateResult(code, error);
  const system = (error as NodeJS.ErrnoException).code;
  if (system !== undefined) return translateSystem(system, error);
  if (/^(Type|Range|Reference|Syntax)Error$/.test(error.name)) return error;
  // ldapts has plain errors for lost connections and time-outs.
  return new SourceUnavailableError(`The LDAP server ended the operation: ${said(error)}.`, { cause: error });
}

function translateResult(code: number, error: Error): SyncError {
  if (code === 4 || code === 11) return limitError(error, null);
  if (code === 49) return refusedBind(error);
  return resultError(code, `${said(error)}, result code ${code}`, error);
}

function refusedBind(error: Error): SourceAuthError {
  const reason = adBindReason(error.message);
  const why = reason === null ? 'check bindDn and bindPassword' : reason;
  return new SourceAuthError(`The LDAP server refuses the bind: ${why} (code 49).`, { cause: error });
}

/**
 * Codes of Node and OpenSSL that mean that the certificates or the protocol do not match; only an admin can correct
 * this.
 */
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|INVALID_PURPOSE|HOSTNAME_|EPROTO$)/;

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no server listens at this address; check host and port of url',
  ENOTFOUND: 'the host name of url is unknown',
  EAI_AGAIN: 'the host name of url cannot be resolved now',
  ETIMEDOUT: 'no answer; check host, port and firewall',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'it closed the connection; check whether the port uses the protocol of url (ldap or ldaps)',
};

function translateSystem(code: string, error: Error): SyncError {
  if (TLS_CODES.test(code)) {
    const advice = "set tls.ca to the CA's certificate, or tls.serverName to the name in the certificate";
    return new SourceConfigError(`TLS with the LDAP server failed; ${advice} (${code}: ${said(error)}).`, {
      cause: error,
    });
  }
  const why = NETWORK[code] ?? said(error);
  return new SourceUnavailableError(`The LDAP server cannot be reached: ${why} (${code}).`, { cause: error });
}

/** The text of the other side, in a form for one line. */
function said(error: Error): string {
  return error.message
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .replace(/\.$/, '');
}

/** The sub-codes that Active Directory puts into the text of a refused bind ("…, data 52e, v4563"). */
const REASONS: Readonly<Record<string, string>> = {
  '525': 'there is no such user',
  '52e': 'the password is wrong',
  '530': 'the user is not allowed to log on at this time',
  '531': 'the user is not allowed to log on from this machine',
  '532': 'the password has expired',
  '533': 'the user is disabled',
  '568': 'the user is in too many groups',
  '701': 'the user has expired',
  '773': 'the user must change the password first',
  '775': 'the user is locked out',
};

/** The reason why Active Directory refused a bind, in plain words; null if its message has no known sub-code. */
function adBindReason(message: string): string | null {
  const code = /\bdata ([0-9a-f]{3,4})\b/i.exec(message)?.[1]?.toLowerCase();
  return (code === undefined ? undefined : REASONS[code]) ?? null;
}

/** The error for the size limit of the server, with the settings that an admin can change. */
export function limitError(error: unknown, seen: number | null): SourceReadError {
  const after = seen === null ? '' : ` after ${seen} entries`;
  return new SourceReadError(
    `The server's size limit ends the search${after} (result code ${resultCode(error)}), however small ` +
      'the pages are. Raise the limits for the bind DN (OpenLDAP: "limits dn.exact=… size.prtotal=unlimited ' +
      'size.pr=unlimited"; 389-ds: nsSizeLimit and nsLookThroughLimit; AD: MaxPageSize, MaxResultSetSize), then sync ' +
      'again. No record counts as absent.',
    { cause: error, retry: false },
  );
}
