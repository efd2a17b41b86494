import { z } from 'zod';
import type { LinkRow } from '../../directory/row-sources.store.js';

/** What ties something to a source. */
export const linkSchema = z
  .object({ source: z.string(), externalId: z.string(), lastSeenAt: z.iso.datetime() })
  .meta({ id: 'Link' });

/** A link as callers see it. */
export function viewLink({ source, externalId, lastSeenAt }: LinkRow): z.output<typeof linkSchema> {
  return { source, externalId, lastSeenAt: lastSeenAt.toISOString() };
}

/** What a source says of something and that waits for a record which is not there. */
export const waitingSchema = z
  .object({
    source: z.string(),
    field: z.string().describe("The record's field: `departments`, `managerUid` or `parentUid`."),
    kind: z.string().describe('The record that the reference waits for.'),
    externalId: z.string(),
  })
  .meta({ id: 'Waiting' });
