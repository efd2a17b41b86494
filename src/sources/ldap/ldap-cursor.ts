import { z } from 'zod';

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
