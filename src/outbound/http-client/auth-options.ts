import { z } from 'zod';
import { headerName } from './header-option.js';

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
