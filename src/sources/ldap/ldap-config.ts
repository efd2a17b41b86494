import { z } from 'zod';
import { listConfigMistakes } from './config-mistakes.js';
import { LDAP_PRESET_NAMES } from './presets.js';

const attributes = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), z.string().min(1).max(128).nullable())
  .describe(
    'Record field → LDAP attribute; adds to the preset or overrides it; null removes a field. ' +
      'The field "uid" names the attribute that holds the immutable id; an unknown field becomes a custom field.',
  );

const filter = z.string().min(1).max(4_096);
const baseDn = z.string().min(1).max(1_024);

const users = z.strictObject({
  baseDn: baseDn.optional().describe('Base DN of people; the general base DN if omitted.'),
  filter: filter.optional().describe('Filter for people (RFC 4515), e.g. "(objectClass=inetOrgPerson)".'),
  attributes: attributes.optional(),
});

const departments = z.strictObject({
  baseDn: baseDn.optional().describe('Base DN of departments; the general base DN if omitted.'),
  filter: filter.optional().describe('Filter for departments; "(objectClass=organizationalUnit)" by default.'),
  attributes: attributes.optional(),
});

const options = z.strictObject({
  url: z
    .string()
    .regex(
      /^ldaps?:\/\/[^/?#@\s]+\/?$/i,
      'must be ldap://host[:port] or ldaps://host[:port], without a user name: use bindDn and bindPassword',
    )
    .meta({ destination: true })
    .describe('The server: ldaps://host (port 636) or ldap://host (port 389). For AD, name one domain controller.'),
  startTls: z
    .boolean()
    .optional()
    .meta({ destination: true })
    .describe('Encrypt an ldap:// connection before the bind (StartTLS).'),
  bindDn: z
    .string()
    .min(1)
    .max(1_024)
    .meta({ destination: true })
    .describe('The account that reads: a DN; for AD also user@domain or DOMAIN\\user.'),
  bindPassword: z
    .string()
    .min(1, 'must not be empty: servers treat an empty password as an anonymous bind')
    .meta({ secret: true })
    .describe('The password of this account.'),
  preset: z
    .enum(LDAP_PRESET_NAMES)
    .describe('Which attributes to read: OpenLDAP and similar servers, or Active Directory.'),
  baseDn: baseDn.describe('The part of the tree to read, e.g. "dc=example,dc=org".'),
  users: users.describe('Which entries are people and which attributes are read.'),
  departments: departments.nullable().describe('Which entries are departments; null reads no departments.'),
  pageSize: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Entries per page, 500 by default; halved automatically if the server allows fewer.'),
  tls: z
    .strictObject({
      ca: z
        .string()
        .min(1)
        .max(100_000)
        .optional()
        .meta({ destination: true })
        .describe("PEM certificates to trust instead of the system's: the server's CA or its own certificate."),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .meta({ destination: true })
        .describe('The name in the certificate, if it differs from the host.'),
    })
    .optional()
    .describe('Only for ldaps:// and startTls.'),
});

/** The options of an LDAP source. Never log them: the password is in plain text. */
export type LdapConfig = z.infer<typeof options>;

/** Checks the options of an LDAP source; a problem between fields has the path of the field to change. */
export const ldapConfigSchema: z.ZodType<LdapConfig> = options.superRefine((config, context) => {
  for (const { path, message } of listConfigMistakes(config)) context.addIssue({ code: 'custom', path, message });
});

/** The start of the next delta: the change marks of the server before the read, and the settings of the read. */
const cursor = z.strictObject({
  /** Fingerprint of the options: with other options, an unchanged entry results in another record. */
  options: z.string(),
  /** Fingerprint of the places and owners of departments: if it differs, users may have moved with a department. */
  tree: z.string(),
  /**
   * Digest of the values that depend on other entries, see `digestLinks`; after a cursor without it, the next delta
   * reads all users.
   */
  links: z.string().optional(),
  position: z.discriminatedUnion('preset', [
    z.strictObject({
      preset: z.literal('openldap'),
      /** The highest modifyTimestamp of all users (ISO 8601); null = some users do not have one. */
      modifiedAt: z.iso.datetime().nullable(),
    }),
    z.strictObject({
      preset: z.literal('ad'),
      /** highestCommittedUSN; it is valid only for the database of this domain controller. */
      usn: z.string().regex(/^\d{1,19}$/),
      server: z.string(),
      invocationId: z.string().nullable(),
      /** When it was read (ISO 8601): the expiry of an account does not change its USN. */
      readAt: z.iso.datetime(),
    }),
  ]),
});

/** The cursor of an LDAP source. */
export type LdapCursor = z.infer<typeof cursor>;

/** Checks a stored cursor before a delta continues from it. */
export const ldapCursorSchema: z.ZodType<LdapCursor> = cursor;
