import { randomUUID } from 'node:crypto';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadRequest, SourceAdapter } from '../../sources/source-adapter.js';

/** What a read said, by kind and id. */
export interface AdapterRead {
  readonly messages: readonly SourceMessage<unknown>[];
  readonly records: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  /** `field code: message` of each field that was left out, by kind and id. */
  readonly leftOut: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly gone: Readonly<Record<string, readonly unknown[]>>;
  readonly complete: readonly string[];
  /** What ended it early; undefined = it ended by itself. */
  readonly error: unknown;
}

/** Reads an adapter to its end, or to its failure, without the pipeline. */
export async function readAdapter<Config, Cursor>(
  adapter: SourceAdapter<Config, Cursor>,
  config: unknown,
  request: Partial<ReadRequest<Cursor>> = {},
): Promise<AdapterRead> {
  const messages: SourceMessage<unknown>[] = [];
  const context = {
    sourceId: 'source',
    config: adapter.configSchema.parse(config),
    signal: new AbortController().signal,
  };
  const asked = { taskId: randomUUID(), mode: 'full' as const, since: null, resumeFrom: null, ...request };
  let error: unknown;
  try {
    for await (const message of adapter.read(asked, context)) messages.push(message);
  } catch (cause) {
    error = cause;
  }
  return { messages, ...sort(messages), error };
}

function sort(messages: readonly SourceMessage<unknown>[]) {
  const records: Record<string, Record<string, Record<string, unknown>>> = { user: {}, department: {} };
  const leftOut: Record<string, Record<string, readonly string[]>> = { user: {}, department: {} };
  const gone: Record<string, unknown[]> = { user: [], department: [] };
  const complete: string[] = [];
  for (const message of messages) {
    if (message.type === 'complete') complete.push(message.kind);
    if (message.type === 'tombstones') gone[message.kind]?.push(...message.externalIds);
    if (message.type !== 'records') continue;
    for (const { externalId, data, problems: left = [] } of message.records) {
      const found = (records[message.kind] ??= {});
      if (found[String(externalId)]) throw new Error(`${message.kind} ${String(externalId)} was yielded twice.`);
      found[String(externalId)] = data as Record<string, unknown>;
      const lines = left.map(({ field, code, message: why }) => `${field} ${code}: ${why}`);
      if (lines.length > 0) (leftOut[message.kind] ??= {})[String(externalId)] = lines;
    }
  }
  return { records, leftOut, gone, complete };
}
