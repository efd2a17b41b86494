import { z } from 'zod';
import { listConfigMistakes } from './config-mistakes.js';
import { LDAP_PRESET_NAMES } from './presets.js';

const attributes = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), z.string().min(1).max(128).nullable())
  .describe(
    'Record field → LDAP attribute; adds to the preset or overrides it, null switches a field off. ' +
      'The field "uid" names the attribute that holds the immutable id; an unknown field becomes a custom field.',
  );

const filter = z.string().min(1).max(4_096);
const baseDn = z.string().min(1).max(1_024);

const users = z.strictObject({
  baseDn: baseDn.optional().describe('Where people are; the general base DN when left out.'),
  filter: filter.optional().describe('Which entries are people (RFC 4515), e.g. "(objectClass=inetOrgPerson)".'),
  attributes: attributes.optional(),
});

const departments = z.strictObject({
  baseDn: baseDn.optional().describe('Where units are; the general base DN when left out.'),
  filter: filter.optional().describe('Which entries are departments; "(objectClass=organizationalUnit)" by default.'),
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
    .describe('The server: ldaps://host (port 636) or ldap://host (port 389). For AD name one domain controller.'),
  startTls: z
    .boolean()
    .optional()
    .meta({ destination: true })
    .describe('Turn an ldap:// connection into an encrypted one before the bind.'),
  bindDn: z
    .string()
    .min(1)
    .max(1_024)
    .meta({ destination: true })
    .describe('Who reads: a DN; for AD also user@domain or DOMAIN\\user.'),
  bindPassword: z
    .string()
    .min(1, 'must not be empty: a server may take that for an anonymous bind')
    .meta({ secret: true })
    .describe("The reader's password."),
  preset: z.enum(LDAP_PRESET_NAMES).describe('Which attributes to read: OpenLDAP and its kin, or Active Directory.'),
  baseDn: baseDn.describe('The part of the tree to read, e.g. "dc=example,dc=org".'),
  users: users.describe('Who is a person and what is read of them.'),
  departments: departments.nullable().describe('Which entries are departments; null reads none.'),
  pageSize: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Entries a page, 500 by default; halved by itself where the server allows fewer.'),
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
        .describe("The certificate's name, where the host differs."),
    })
    .optional()
    .describe('Only for ldaps:// and startTls.'),
});

/** The options of an LDAP source. Never log them: the password is in clear. */
export type LdapConfig = z.infer<typeof options>;

/** Checks an LDAP source's options; mistakes between fields carry the path of the field to change. */
export const ldapConfigSchema: z.ZodType<LdapConfig> = options.superRefine((config, context) => {
  for (const { path, message } of listConfigMistakes(config)) context.addIssue({ code: 'custom', path, message });
});
