import type { RecordKind } from '../../domain/record.js';
import type { RunContext } from '../run-context.js';
import type { RecordReading } from './judge-record.js';

/** How records of a kind are read: the target's schema and the source's mapping; undefined when no target owns it. */
export function readingOf({ targets, source }: RunContext, kind: RecordKind): RecordReading | undefined {
  const target = targets.ofKind(kind);
  if (!target) return undefined;
  const mapping = (source.mapping as Record<RecordKind, Record<string, string>> | null)?.[kind] ?? {};
  return { schema: target.recordSchema, mapping };
}
