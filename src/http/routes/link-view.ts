import type { z } from 'zod';
import type { linkSchema } from './link-schema.js';
import type { LinkRow } from './link.store.js';

/** A link as callers see it. */
export function viewLink({ source, externalId, lastSeenAt }: LinkRow): z.output<typeof linkSchema> {
  return { source, externalId, lastSeenAt: lastSeenAt.toISOString() };
}
