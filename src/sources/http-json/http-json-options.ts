import { z } from 'zod';
import { addressOption, credentialIssue } from '../../outbound/http-client/address-option.js';
import { findAddressSecret, isSecretName, isSecretValue } from '../../outbound/http-client/address-secrets.js';
import { AUTH_TYPES, headerValue, plainHeaderName, secretOption } from '../../outbound/http-client/auth-options.js';
import { PATH_PATTERN } from './pick-path.js';

const path = (title: string, description: string) =>
  z.string().max(300).regex(PATH_PATTERN, 'must be keys joined by dots, e.g. data.items').meta({ title, description });
const name = (title: string, description: string, fallback: string) =>
  z.string().min(1).max(100).default(fallback).meta({ title, description });
const count = (title: string, description: string, { max, fallback }: { max: number; fallback: number }) =>
  z.number().int().min(1).max(max).default(fallback).meta({ title, description });

const clientCredentials = z
  .strictObject({
    type: z.literal('oauth2').meta({ destination: true }),
    tokenUrl: addressOption('"clientId" and "clientSecret"').meta({
      title: 'Token address',
      description: 'The address that issues tokens',
    }),
    clientId: z
      .string()
      .min(1)
      .max(300)
      .meta({ destination: true, title: 'Client ID', description: 'Of a client with read permission only' }),
    clientSecret: secretOption('Client secret', 'Of this client'),
    scope: z.string().max(1_000).optional().meta({ title: 'Scope', description: 'Set it if the issuer requires it' }),
    sendAs: z.enum(['basic', 'body']).default('basic').meta({
      destination: true,
      title: 'Send the secret as',
      description: 'basic: in the Authorization header. body: in the form',
    }),
  })
  .meta({ title: 'OAuth 2 client credentials' });

const size = z
  .strictObject({
    parameter: name('Size parameter', 'The parameter with the number of items per page', 'limit'),
    value: count('Page size', 'Items per page', { max: 10_000, fallback: 100 }),
  })
  .meta({ title: 'Page size' });

const absentMeansEnd = z.boolean().default(false).meta({
  title: 'Absent on the only page',
  description:
    'Set this if the system omits the key when there is one page only; otherwise the first answer must have it',
});
const upgradeHttp = z.boolean().default(false).meta({
  title: 'Read http addresses by https',
  description: 'For an API behind a TLS proxy that returns http: addresses of its own host',
});

const noPaging = z.strictObject({ type: z.literal('none') }).meta({ title: 'Everything in one answer' });
const byPage = z
  .strictObject({
    type: z.literal('page'),
    parameter: name('Page parameter', 'The parameter with the number of the page', 'page'),
    first: z.number().int().min(0).max(1).default(1).meta({ title: 'First page', description: '0 or 1' }),
    size: size.optional(),
  })
  .meta({ title: 'Numbered pages' });
const byOffset = z
  .strictObject({
    type: z.literal('offset'),
    parameter: name('Offset parameter', 'The parameter with the number of items to skip', 'offset'),
    first: z.number().int().min(0).max(1).default(0).meta({ title: 'First item', description: '0 or 1' }),
    size: size.optional(),
  })
  .meta({ title: 'Offset' });
const byCursor = z
  .strictObject({
    type: z.literal('cursor'),
    parameter: name('Cursor parameter', 'The parameter that carries the cursor', 'cursor'),
    next: path('Path of the next cursor', 'Path in the answer, e.g. meta.next; null or empty at the end'),
    absentMeansEnd,
    more: path(
      'Path of "has more"',
      'Path of true or false in the answer; the cursor of the last page is then ignored',
    ).optional(),
    size: size.optional(),
  })
  .meta({ title: 'Cursor' });
const byLink = z
  .strictObject({ type: z.literal('link'), upgradeHttp, size: size.optional() })
  .meta({ title: 'Link header (RFC 8288)' });
const byNextUrl = z
  .strictObject({
    type: z.literal('nextUrl'),
    next: path('Path of the next address', 'Path of the address of the next page in the answer, e.g. links.next'),
    absentMeansEnd,
    upgradeHttp,
    size: size.optional(),
  })
  .meta({ title: 'Address of the next page in the answer' });

const fields = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/), z.string().max(300).regex(PATH_PATTERN))
  .meta({ title: 'Fields', description: 'Field of the record → path in the item, e.g. nickname → name.full' });

const success = z
  .strictObject({
    path: path('Path', 'Path of the status in the answer, e.g. code'),
    equals: z
      .union([z.string(), z.number(), z.boolean()])
      .meta({ title: 'Value', description: 'The value that means success' }),
    message: path('Path of the message', 'Path of the error message in the answer, e.g. message').optional(),
  })
  .meta({ title: 'Success rule', description: 'For systems that report errors with status 200' });

/** A value that may be stored in plain text: not a token, and not an address with a credential in it. */
function isPlain(value: string): boolean {
  return !isSecretValue(value) && !(/^[a-z][a-z0-9+.-]*:/i.test(value) && findAddressSecret(value) !== null);
}

/**
 * A path that leads above the base address, also percent-encoded or with a backslash: on a shared host, it may be the
 * path of another tenant.
 */
const LEADS_UP = /(?:^|[/\\])(?:\.|%2e){2}(?:$|[/\\;]|%2f|%5c)/i;

/** A value in neither list is left out and named: an unknown value never deactivates a user (R4). */
const values = (title: string, description: string) =>
  z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .max(50)
    .default([])
    .meta({ title, description });

const place = {
  path: z
    .string()
    .regex(/^\/[^\s?#]*$/, 'must be a path that begins with /')
    .superRefine((path, context) => {
      const found = findAddressSecret(`https://host${path}`);
      if (found !== null) context.addIssue(credentialIssue(found, 'the option "auth"'));
    })
    .refine((path) => !LEADS_UP.test(path), 'must not lead above the base address ("..")')
    .meta({ title: 'Path', description: 'Path after the base address, e.g. /v1/employees' }),
  query: z
    .record(
      z
        .string()
        .min(1)
        .max(100)
        .refine((name) => !isSecretName(name), 'must not contain a secret: use auth of type "query"'),
      z.string().max(1_000).refine(isPlain, 'must not contain a secret: use auth of type "query"'),
    )
    .optional()
    .meta({ title: 'Parameters', description: 'Sent with every page, e.g. status → active' }),
  items: z
    .string()
    .max(300)
    .regex(/^$|^(?:[^.\\]|\\.)+(?:\.(?:[^.\\]|\\.)+)*$/)
    .default('')
    .meta({
      title: 'Path of the items',
      description: 'Path of the list in the answer, e.g. data.items; empty if the answer is the list',
    }),
  id: path('Path of the id', 'Path of the permanent id in an item'),
  total: path(
    'Path of the total',
    'Path of the total number of items in the answer; if the total differs, the list is not complete',
  ).optional(),
};

const users = z
  .strictObject({
    ...place,
    fields: fields.prefault({ username: 'username', nickname: 'name', email: 'email', phone: 'phone', title: 'title' }),
    departments: path('Path of the departments', 'An id, a list of ids, or a list of objects').optional(),
    departmentId: path('Path of a department’s id', 'Path in an object of the list, e.g. id').optional(),
    mainDepartment: path('Path of the main department', 'Path of the id of the main department in an item').optional(),
    activeValues: values('Active values', 'Values of the field "active" that mean active, e.g. employed'),
    inactiveValues: values('Inactive values', 'Values of the field "active" that mean inactive, e.g. left'),
    rest: z
      .boolean()
      .default(false)
      .meta({ title: 'Keep the rest', description: 'Keep all other fields of the item as custom fields' }),
  })
  .meta({ title: 'Users' });

const departments = z
  .strictObject({
    ...place,
    fields: fields.prefault({ title: 'name', parentUid: 'parentId', order: 'order' }),
    rootValues: z
      .array(z.union([z.string(), z.number()]))
      .max(10)
      .default(['0', ''])
      .meta({ title: 'No parent', description: 'Values of the parent that mean "no parent"' }),
    rest: z
      .boolean()
      .default(false)
      .meta({ title: 'Keep the rest', description: 'Keep all other fields of the item as custom fields' }),
  })
  .meta({ title: 'Departments' });

const limits = z
  .strictObject({
    perMinute: count('Calls per minute', 'Limit for all workers together', { max: 100_000, fallback: 600 }),
    pages: count('Pages', 'If a list has more pages, the read ends with an error', {
      max: 1_000_000,
      fallback: 10_000,
    }),
    megabytes: count('Megabytes', 'If a read receives more, it ends with an error', { max: 10_000, fallback: 500 }),
    timeoutS: count('Seconds per page', 'A page that takes longer is requested again', { max: 300, fallback: 30 }),
  })
  .meta({ title: 'Limits' });

/** The options of a source of type http-json. Paths are names joined by dots; nothing in them is evaluated. */
export const httpJsonOptions = z
  .strictObject({
    baseUrl: addressOption('the option "auth"').meta({
      title: 'Base address',
      description: 'E.g. https://hr.example.com/api; it must contain no credential',
    }),
    auth: z
      .discriminatedUnion('type', [...AUTH_TYPES, clientCredentials])
      .default({ type: 'none' })
      .meta({ title: 'Authentication', description: 'Use a credential with read permission only' }),
    headers: z
      .record(plainHeaderName(), headerValue().refine(isPlain, 'must not contain a secret: use auth'))
      .optional()
      .meta({ title: 'Headers', description: 'Sent with every call, e.g. Accept-Language; no secrets' }),
    paging: z
      .discriminatedUnion('type', [noPaging, byPage, byOffset, byCursor, byLink, byNextUrl])
      .default({ type: 'none' })
      .meta({ title: 'Paging', description: 'How to find the next page' }),
    success: success.optional(),
    users: users.optional(),
    departments: departments.optional(),
    limits: limits.prefault({}),
    ca: z
      .string()
      .max(100_000)
      .optional()
      .meta({ destination: true, title: 'Certificates', description: 'PEM; trusted instead of the system’s' }),
  })
  .refine((options) => options.users ?? options.departments, {
    path: ['users'],
    message: 'must have users, departments, or both',
  });

/** The options, with defaults filled in. */
export type HttpJsonOptions = z.output<typeof httpJsonOptions>;
/** How to find the next page. */
export type Paging = HttpJsonOptions['paging'];
/** The options of the list of users. */
export type UsersPlace = z.output<typeof users>;
/** The options of the list of departments. */
export type DepartmentsPlace = z.output<typeof departments>;
