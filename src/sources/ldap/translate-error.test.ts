import { describe, expect, test } from '@jest/globals';
import { InvalidCredentialsError, StatusCodeParser, SearchResponse } from 'ldapts';
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
  test.each([
    [49, SourceAuthError],
    [50, SourceAuthError],
    [8, SourceAuthError],
    [13, SourceAuthError],
    [51, SourceUnavailableError],
    [52, SourceUnavailableError],
    [80, SourceUnavailableError],
    [77, SourceUnavailableError],
    [32, SourceConfigError],
    [34, SourceConfigError],
    [1, SourceConfigError],
    [2, SourceConfigError],
    [10, SourceConfigError],
    [3, SourceReadError],
    [4, SourceReadError],
    [11, SourceReadError],
  ])('result code %i', (code, expected) => {
    const error = result(code);
    const translated = translateError(error) as Error;
    expect(translated).toBeInstanceOf(expected);
    expect(translated.cause).toBe(error);
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

  test('a limit names what to raise, and that nobody was taken for gone', () => {
    expect((translateError(result(4)) as Error).message).toMatch(/size limit.*bind DN.*prtotal.*Nothing was taken/);
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
