import { z } from 'zod';

/** What ties something to a source. */
export const linkSchema = z
  .object({ source: z.string(), externalId: z.string(), lastSeenAt: z.iso.datetime() })
  .meta({ id: 'Link' });
