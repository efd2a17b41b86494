import { maskConfig } from '../../../secrets/config-secrets.js';
import type { SourceRegistry } from '../../../sources/source-registry.js';
import type { SourceRow } from './source.store.js';
import type { SourceView } from './source-schema.js';

/** What a view of a source needs besides its row. */
export interface SourceFacts {
  readonly sources: SourceRegistry;
  /** The open task of mode `remove` of each source that has one (`findOpenRemovals`). */
  readonly removals: ReadonlyMap<string, string>;
}

/** A source as callers see it: no secret, no id. */
export function viewSource(row: SourceRow, { sources, removals }: SourceFacts): SourceView {
  const removalTask = removals.get(row.id);
  const { fullCron, deltaCron, timezone } = row;
  return {
    name: row.name,
    type: row.type,
    title: row.title,
    enabled: row.enabled,
    config: maskConfig(sources.find(row.type)?.configSchema ?? null, row.config) as SourceView['config'],
    matchKeys: row.matchKeys,
    priority: row.priority,
    schedule: fullCron === null ? null : { cron: fullCron, timezone, deltaCron },
    // Only this API writes these columns, checked by its schemas.
    removal: row.removal as SourceView['removal'],
    guard: row.guard as SourceView['guard'],
    mapping: row.mapping as SourceView['mapping'],
    rawLog: row.rawLog,
    redact: row.redact,
    placeholders: row.placeholders as SourceView['placeholders'],
    deletion: removalTask === undefined ? null : { taskId: removalTask },
    lastCompleteAt: row.lastCompleteAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
