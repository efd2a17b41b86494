import { ResultCodeError } from 'ldapts';
import {
  SourceAuthError,
  SourceConfigError,
  SourceReadError,
  SourceUnavailableError,
  type SyncError,
} from '../../domain/errors.js';

/** The result code of the server (RFC 4511, 4.1.9), if an error is one. */
export function resultCode(error: unknown): number | null {
  return error instanceof ResultCodeError ? error.code : null;
}

/** sizeLimitExceeded or adminLimitExceeded: a smaller page may help. */
export function isLimit(error: unknown): boolean {
  const code = resultCode(error);
  return code === 4 || code === 11;
}

/**
 * The remedy for a result code: for `auth` and `options` an admin must act, for `read` and `unavailable` the read is
 * repeated.
 */
type Verdict = 'auth' | 'options' | 'read' | 'unavailable';

const NOT_OF_A_READ = 'The LDAP server answers a search with the result of another operation';

/**
 * The result codes of RFC 4511 (appendix A), of RFC 3909, 4370 and 4533, of the client library of RFC 1823 (which
 * gateways pass on) and of ldapts. Codes 4, 11 and 49 have their own messages.
 */
const RESULTS: Readonly<Record<number, readonly [Verdict, string]>> = {
  1: ['options', 'The LDAP server refuses this search; check base DN, filter and bind DN'],
  2: ['options', 'The LDAP server reports a protocol error; check that the port of url is an LDAP port'],
  3: ['read', "The server's time limit ends the search; raise it for the bind DN or index the filter's attributes"],
  5: ['read', NOT_OF_A_READ],
  6: ['read', NOT_OF_A_READ],
  7: ['auth', 'The LDAP server does not allow a bind with a password'],
  8: ['auth', 'The LDAP server requires an encrypted connection: use ldaps:// or startTls'],
  10: ['options', 'Another server has the base DN; name that server in url'],
  12: ['options', 'The LDAP server does not support a control that the read needs'],
  13: ['auth', 'The LDAP server requires an encrypted connection: use ldaps:// or startTls'],
  14: ['auth', 'The LDAP server requires a SASL bind, which is not supported; use an account with a simple bind'],
  16: ['options', 'The filter names an attribute that the entry does not have'],
  17: ['options', 'The filter or the mapping names an attribute that the server does not know'],
  18: ['options', 'The attribute does not support the comparison of the filter'],
  19: ['auth', 'The LDAP server reports a violated constraint; 389-ds does so while the bind DN is locked'],
  20: ['read', NOT_OF_A_READ],
  21: ['options', 'The LDAP server refuses a value of the filter'],
  32: ['options', 'The base DN does not exist, or the bind DN cannot see it'],
  33: ['options', 'The base DN is an alias without a target'],
  34: ['options', 'The LDAP server refuses a DN of the options'],
  35: ['read', NOT_OF_A_READ],
  36: ['auth', 'The bind DN has no permission to follow an alias'],
  48: ['auth', 'The LDAP server refuses this way to bind'],
  50: ['auth', 'The bind DN has no permission to read; grant it read and search below the base DN'],
  51: ['unavailable', 'The LDAP server is busy'],
  52: ['unavailable', 'The LDAP server is not available'],
  53: ['options', 'The LDAP server refuses the operation; it may require another bind or a narrower filter'],
  54: ['options', 'The LDAP server found a loop of aliases or referrals below the base DN'],
  64: ['read', NOT_OF_A_READ],
  65: ['read', NOT_OF_A_READ],
  66: ['read', NOT_OF_A_READ],
  67: ['read', NOT_OF_A_READ],
  68: ['read', NOT_OF_A_READ],
  69: ['read', NOT_OF_A_READ],
  70: ['read', 'The result is too large for the LDAP server; set a smaller pageSize'],
  71: [
    'options',
    'Several servers have parts of the tree below the base DN; name one of them in url and its part in baseDn',
  ],
  76: ['options', 'The LDAP server requires a control for sorted lists, which the read does not use'],
  80: ['unavailable', 'The LDAP server reports an internal error'],
  81: ['unavailable', 'The LDAP server behind the gateway is down'],
  85: ['unavailable', 'The LDAP server behind the gateway did not answer in time'],
  91: ['unavailable', 'The gateway cannot reach the LDAP server'],
  95: ['read', 'The LDAP server withheld results'],
  112: ['options', 'The LDAP server does not support TLS on this port: use ldaps:// or configure TLS there'],
  118: ['unavailable', 'The LDAP server cancelled the search'],
  119: ['read', NOT_OF_A_READ],
  120: ['read', NOT_OF_A_READ],
  121: ['read', NOT_OF_A_READ],
  122: ['read', NOT_OF_A_READ],
  123: ['auth', 'The bind DN has no permission to act for another identity'],
  248: ['unavailable', 'The LDAP server ended the operation without a result'],
  4096: ['read', 'The LDAP server requires a new start of the read'],
};

/**
 * The typed error of a result code.
 * @param said the text of the server and the code, for the end of the message
 */
export function resultError(code: number, said: string, cause: Error): SyncError {
  const [verdict, what] = RESULTS[code] ?? ['read', 'The LDAP server answered with an undocumented result'];
  const message = `${what} (${said}).`;
  switch (verdict) {
    case 'auth':
      return new SourceAuthError(message, { cause });
    case 'options':
      return new SourceConfigError(message, { cause });
    case 'read':
      return new SourceReadError(message, { cause });
    case 'unavailable':
      return new SourceUnavailableError(message, { cause });
    default:
      return verdict satisfies never;
  }
}
