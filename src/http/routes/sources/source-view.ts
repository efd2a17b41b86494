import { maskConfig } from '../../../sources/config-secrets.js';
import type { SourceRegistry } from '../../../sources/source-registry.js';
import type { SourceRow } from './source.store.js';
import type { SourceView } from './source-schema.js';

/** A source as callers see it: no secret, no id. */
export function viewSource(row: SourceRow, sources: SourceRegistry): SourceView {
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
    lastCompleteAt: row.lastCompleteAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
