import { z } from 'zod';
import { isSecretName } from './address-secrets.js';

/**
 * Headers that options must not set: `Host` and what proxies route by (a request would go to another site of the same
 * server), the hop-by-hop ones (RFC 9110, 7.6.1; RFC 9113, 8.2.2) and the length of the body, which belong to the
 * connection, and those that decide how the answer is read.
 */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|expect|http2-settings|forwarded|x-forwarded-(?:host|server|port|proto|prefix|uri)|x-host|x-original-(?:host|url|uri)|x-rewrite-url|x-http-(?:method|host)(?:-override)?|x-method-override|accept-encoding|content-encoding|range|:.*)$/i;

/** A token of RFC 9110, 5.6.2, as far as headers of applications use it. */
const HEADER_NAME = /^[A-Za-z0-9_-]{1,100}$/;

/** The name of a header that options may set. */
export function headerName() {
  return z
    .string()
    .regex(HEADER_NAME, 'must be the name of a header')
    .refine((name) => !OWN_HEADERS.test(name), 'is set by the connection itself: leave this header out');
}

/** The name of a header that options may set in clear. */
export function plainHeaderName() {
  return headerName().refine(
    (name) => !/authorization|cookie|key|token|secret/i.test(name) && !isSecretName(name),
    'must not contain a secret: use auth',
  );
}

/** What a field value holds (RFC 9110, 5.5): no line ends, no other controls but the tab, nothing outside of ISO 8859-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The value of a header that options may set. */
export function headerValue() {
  return z.string().max(1_000).regex(HEADER_VALUE, 'must be one line of ISO 8859-1 characters');
}

/** An option that is secret; `.meta({ secret: true })` has it sealed. */
export const secretOption = (title: string, description: string) =>
  z.string().min(1).max(4_000).meta({ secret: true, title, description });

/** The type decides how and where in a request the secret travels, so it is part of the secret's destination. */
const type = <Name extends string>(name: Name) => z.literal(name).meta({ destination: true });

const none = z.strictObject({ type: type('none') }).meta({ title: 'None' });
const basic = z
  .strictObject({
    type: type('basic'),
    username: z
      .string()
      .min(1)
      .max(300)
      .meta({ destination: true, title: 'User name', description: 'Of an account with read permission only' }),
    password: secretOption('Password', 'Of this account'),
  })
  .meta({ title: 'User name and password (HTTP Basic)' });
const bearer = z
  .strictObject({ type: type('bearer'), token: secretOption('Token', 'Sent as Authorization: Bearer …') })
  .meta({ title: 'Bearer token' });
const apiKey = z
  .strictObject({
    type: type('apiKey'),
    header: headerName()
      .default('X-API-Key')
      .meta({ destination: true, title: 'Header', description: 'The header that carries the key' }),
    key: secretOption('Key', 'Sent as the header’s value'),
  })
  .meta({ title: 'API key in a header' });
const query = z
  .strictObject({
    type: type('query'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9$._~[\]-]{1,100}$/, 'must be the name of a parameter')
      .meta({ destination: true, title: 'Parameter', description: 'E.g. api_key, access_token, code or sig' }),
    value: secretOption('Value', 'Sent as the parameter’s value, sealed at rest and never logged'),
  })
  .meta({ title: 'Key or token in the address' });

/** Ways to prove who asks a web server that need no call before. */
export const AUTH_TYPES = [none, basic, bearer, apiKey, query] as const;

/** One of them. */
export type Auth = z.output<(typeof AUTH_TYPES)[number]>;

/** What of a request carries the credential. Names of headers are in lower case. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

const NOTHING: Credential = { headers: {}, query: {} };

/** The headers and parameters of every request to the place that the credential belongs to. */
export function credentialOf(auth: Auth): Credential {
  switch (auth.type) {
    case 'none':
      return NOTHING;
    case 'basic':
      return { ...NOTHING, headers: { authorization: basicOf(auth.username, auth.password) } };
    case 'bearer':
      return { ...NOTHING, headers: { authorization: `Bearer ${auth.token}` } };
    case 'apiKey':
      return { ...NOTHING, headers: { [auth.header.toLowerCase()]: auth.key } };
    case 'query':
      return { ...NOTHING, query: { [auth.name]: auth.value } };
    default:
      return auth satisfies never;
  }
}

/** The secret texts of a way to authenticate: no error may hold them. */
export function secretsOf(auth: Auth): readonly string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      // What is sent is the password as well: it is only encoded.
      return [auth.password, basicOf(auth.username, auth.password).slice('Basic '.length)];
    case 'bearer':
      return [auth.token];
    case 'apiKey':
      return [auth.key];
    case 'query':
      return [auth.value];
    default:
      return auth satisfies never;
  }
}

/** The value of an Authorization header (RFC 7617). */
export const basicOf = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
