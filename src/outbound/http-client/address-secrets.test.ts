import { describe, expect, test } from '@jest/globals';
import { addressOption } from './address-option.js';
import { findAddressSecret, isSecretName, isSecretValue } from './address-secrets.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const HOST = 'https://hr.example.com/users.csv';

describe('a credential in an address is found', () => {
  test.each([
    'https://user:pw@hr.example.com/',
    'https://user@hr.example.com/',
    'https://:pw@hr.example.com/',
    'https:\\\\user:pw@hr.example.com/',
    'https:///user:pw@hr.example.com/',
    'ldaps://cn=reader:pw@dc.example.org',
    `${HOST}?access_token=abc`,
    `${HOST}?a=1&Access_Token=abc`,
    `${HOST}?Access%5FToken=abc`,
    `${HOST}?%61ccess_token=abc`,
    `${HOST}?access%255Ftoken=abc`,
    `${HOST}?access-token=abc`,
    `${HOST}?accessToken=abc`,
    `${HOST}?auth[token]=abc`,
    `${HOST}?ｔｏｋｅｎ=abc`,
    ...['token', 'key', 'api_key', 'apikey', 'API-Key', 'x-api-key', 'sig', 'signature', 'password', 'passwd', 'pwd'],
    ...['secret', 'client_secret', 'corpsecret', 'code', 'auth', 'authorization', 'private_token', 'hapikey', 'jwt'],
    ...['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Goog-Signature', 'subscription-key', 'tempauth', 'id_token'],
    `${HOST}?sv=2024-08-04&se=2030-01-01&sp=r&sig=abc%3D`,
    `${HOST}?a=1;token=abc`,
    'https://hr.example.com/a;jsessionid=abc/users.csv',
    `${HOST}#access_token=abc&token_type=bearer`,
    `${HOST}#/list?token=abc`,
    `${HOST}?next=https%3A%2F%2Fuser%3Apw%40other.example%2F`,
    `${HOST}?url=https%3A%2F%2Fother.example%2F%3Ftoken%3Dabc`,
    `${HOST}?view=${JWT}`,
    `${HOST}?k=ghp_0123456789abcdefghij`,
  ])('%s', (address) => {
    const whole = address.includes('/') ? address : `${HOST}?format=csv&${address}=abc`;
    expect(findAddressSecret(whole)).toMatch(/^a (user name or password|parameter that is a credential)$/);
  });
});

describe('an address without a credential is left alone', () => {
  test.each([
    HOST,
    'https://hr.example.com:8443/a@b/users.csv',
    'https://hr.example.com/users.csv?mail=a@example.com',
    'https://docs.google.com/spreadsheets/d/1/export?format=csv&gid=0#gid=0',
    ...['pageToken', 'next_page_token', 'nextToken', '$skiptoken', '$deltatoken', 'continuation-token', 'syncToken'],
    ...['resumptionToken', 'keyword', 'keywords', 'tokenized', 'tokens', 'sort_key', 'sortKey', 'primaryKey', 'monkey'],
    ...['author', 'authors', 'countryCode', 'postcode', 'department_code', 'encoding', 'signed', 'signal', 'design'],
    ...['passed', 'compass', 'bypass', 'secretary', 'authority', 'assign', 'X-Amz-Date', 'X-Amz-Expires', 'se', 'sp'],
    `${HOST}?token=`,
    `${HOST}?token`,
    `${HOST}?next=https%3A%2F%2Fother.example%2F`,
    `${HOST}?q=%E0%A4%A`,
  ])('%s', (address) => {
    const whole = address.includes('/') ? address : `${HOST}?format=csv&${address}=abc`;
    expect(findAddressSecret(whole)).toBeNull();
  });
});

test.each(['Bearer abcdefgh', 'Basic dXNlcjpwdw==', JWT, 'xoxb-12345678901-abc', 'glpat-abcdefghijklmnop'])(
  '%s is a credential under any name',
  (value) => expect(isSecretValue(value)).toBe(true),
);

test.each(['en-GB', 'application/json', 'employed', '2026-11-30', 'Basic plan'])('%s is no credential', (value) =>
  expect(isSecretValue(value)).toBe(false),
);

test('names of headers count as names of parameters', () => {
  expect(['X-Auth', 'X-Signature', 'X-Api-Key'].map(isSecretName)).toEqual([true, true, true]);
  expect(['Accept', 'X-Tenant', 'X-Request-Id'].map(isSecretName)).toEqual([false, false, false]);
});

test('an option refuses it, names the option to use, and repeats no part of it', () => {
  const parsed = addressOption('the option "auth"').safeParse('https://ada:s3cret@hr.example.com/?token=s3cret');
  expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^contains a user name or password, .* use the option "auth"\.$/),
  ]);
  expect(addressOption('x').safeParse(HOST).success).toBe(true);
});
