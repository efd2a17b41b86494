import { describe, expect, test } from '@jest/globals';
import { InvalidCredentialsError, MessageParserError, StatusCodeParser, SearchResponse } from 'ldapts';
import {
  CursorExpiredError,
  SourceAuthError,
  SourceConfigError,
  SourceReadError,
  SourceUnavailableError,
} from '../../domain/errors.js';
import { translateError } from './translate-error.js';

const result = (status: number) =>
  StatusCodeParser.parse(new SearchResponse({ messageId: 1, status, errorMessage: 'server text' }));
const system = (code: string) => Object.assign(new Error(`oh ${code}`), { code });

describe('what the server says becomes one decision', () => {
  // RFC 4511, appendix A, and the codes of RFC 1823, 3909, 4370, 4533; 77 and 9999 are not documented.
  test.each([
    [1, SourceConfigError],
    [2, SourceConfigError],
    [3, SourceReadError],
    [4, SourceReadError],
    [5, SourceReadError],
    [6, SourceReadError],
    [7, SourceAuthError],
    [8, SourceAuthError],
    [10, SourceConfigError],
    [11, SourceReadError],
    [12, SourceConfigError],
    [13, SourceAuthError],
    [14, SourceAuthError],
    [16, SourceConfigError],
    [17, SourceConfigError],
    [18, SourceConfigError],
    [19, SourceAuthError],
    [20, SourceReadError],
    [21, SourceConfigError],
    [32, SourceConfigError],
    [33, SourceConfigError],
    [34, SourceConfigError],
    [35, SourceReadError],
    [36, SourceAuthError],
    [48, SourceAuthError],
    [49, SourceAuthError],
    [50, SourceAuthError],
    [51, SourceUnavailableError],
    [52, SourceUnavailableError],
    [53, SourceConfigError],
    [54, SourceConfigError],
    [64, SourceReadError],
    [65, SourceReadError],
    [66, SourceReadError],
    [67, SourceReadError],
    [68, SourceReadError],
    [69, SourceReadError],
    [70, SourceReadError],
    [71, SourceConfigError],
    [76, SourceConfigError],
    [77, SourceReadError],
    [80, SourceUnavailableError],
    [81, SourceUnavailableError],
    [85, SourceUnavailableError],
    [91, SourceUnavailableError],
    [95, SourceReadError],
    [112, SourceConfigError],
    [118, SourceUnavailableError],
    [119, SourceReadError],
    [120, SourceReadError],
    [121, SourceReadError],
    [122, SourceReadError],
    [123, SourceAuthError],
    [248, SourceUnavailableError],
    [4096, SourceReadError],
    [9999, SourceReadError],
  ])('result code %i', (code, expected) => {
    const error = result(code);
    const translated = translateError(error) as Error;
    expect(translated).toBeInstanceOf(expected);
    expect(translated.cause).toBe(error);
  });

  test('an undocumented result code is a failed read with what the server said', () => {
    const { code, message } = translateError(result(77)) as SourceReadError;
    expect(code).toBe('source_read');
    expect(message).toMatch(/undocumented result \(.*server text.*result code 77\)/);
  });

  test('an answer that can not be parsed is temporary, and its words are kept', () => {
    const error = new MessageParserError('Protocol Operation not supported: 0x79');
    const translated = translateError(error) as Error;
    expect(translated).toBeInstanceOf(SourceUnavailableError);
    expect(translated.message).toMatch(/0x79/);
  });

  test.each([
    ['ECONNREFUSED', SourceUnavailableError, /host and port/],
    ['ENOTFOUND', SourceUnavailableError, /host name/],
    ['ECONNRESET', SourceUnavailableError, /ldap or ldaps/],
    ['SELF_SIGNED_CERT_IN_CHAIN', SourceConfigError, /tls\.ca/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', SourceConfigError, /tls\.serverName/],
    ['EPROTO', SourceConfigError, /TLS/],
  ])('system code %s', (code, expected, hint) => {
    const translated = translateError(system(code)) as Error;
    expect(translated).toBeInstanceOf(expected);
    expect(translated.message).toMatch(hint);
  });

  test('a limit names what to raise, and that no one was counted as absent', () => {
    expect((translateError(result(4)) as Error).message).toMatch(/size limit.*bind DN.*prtotal.*No record counts/);
  });

  test('a lost connection is temporary; our own mistakes and typed errors pass as they are', () => {
    expect(translateError(new Error('Connection closed'))).toBeInstanceOf(SourceUnavailableError);
    const mistake = new TypeError('x is undefined');
    const typed = new CursorExpiredError('old');
    expect(translateError(mistake)).toBe(mistake);
    expect(translateError(typed)).toBe(typed);
  });
});

describe('a refused bind at Active Directory says why', () => {
  const said = (data: string) =>
    new InvalidCredentialsError(
      `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${data}, v4563`,
    );
  test.each([
    ['52e', /password is wrong/],
    ['525', /no such user/],
    ['532', /password has expired/],
    ['533', /disabled/],
    ['701', /user has expired/],
    ['773', /must change/],
    ['775', /locked out/],
    ['fff', /bindDn and bindPassword/],
  ])('data %s', (data, hint) => {
    expect((translateError(said(data)) as Error).message).toMatch(hint);
  });
});
