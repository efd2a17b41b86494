import { z } from 'zod';

/** Where the next delta starts: what the server said before the read, and what the read was made with. */
const cursor = z.strictObject({
  /** Fingerprint of the options; other options make other records of unchanged entries. */
  options: z.string(),
  /** Fingerprint of the departments' places and owners; when it moved, users may have moved with it. */
  tree: z.string(),
  /** What follows other entries in users' records, see `digestLinks`; a cursor without it has the next delta read all. */
  links: z.string().optional(),
  position: z.discriminatedUnion('preset', [
    z.strictObject({
      preset: z.literal('openldap'),
      /** The highest modifyTimestamp of any user (ISO 8601); null = not every user shows one. */
      modifiedAt: z.iso.datetime().nullable(),
    }),
    z.strictObject({
      preset: z.literal('ad'),
      /** highestCommittedUSN; means something on this domain controller's database only. */
      usn: z.string().regex(/^\d{1,19}$/),
      server: z.string(),
      invocationId: z.string().nullable(),
      /** When it was read (ISO 8601): accounts that expire change no USN. */
      readAt: z.iso.datetime(),
    }),
  ]),
});

/** Where the next delta of an LDAP source starts. */
export type LdapCursor = z.infer<typeof cursor>;

/** Checks a stored cursor before a delta goes on from it. */
export const ldapCursorSchema: z.ZodType<LdapCursor> = cursor;
