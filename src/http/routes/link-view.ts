import { z } from 'zod';
import type { LinkRow } from './link.store.js';

/** What ties something to a source. */
export const linkSchema = z
  .object({ source: z.string(), externalId: z.string(), lastSeenAt: z.iso.datetime() })
  .meta({ id: 'Link' });

/** A link as callers see it. */
export function viewLink({ source, externalId, lastSeenAt }: LinkRow): z.output<typeof linkSchema> {
  return { source, externalId, lastSeenAt: lastSeenAt.toISOString() };
}
