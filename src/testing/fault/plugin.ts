import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SourceReadError } from '../../domain/errors.js';
import type { RecordKind } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { fetchStream } from '../../outbound/http-client/fetch-stream.js';
import type { PluginRegistry } from '../../plugins.js';
import type { SourceAdapter, SourceContext } from '../../sources/source-adapter.js';

/**
 * Teaches the processes of a fault test the source type `paged`: what `startSourceServer` lists, by the project's own
 * HTTP client.
 * @public Loaded by its name.
 */
export function register(registry: PluginRegistry): void {
  registry.addSource(pagedAdapter);
}

const configSchema = z.strictObject({
  url: z.string(),
  /** For one page, to its last byte. */
  timeoutMs: z.number().int().min(1).default(10_000),
  /** Keeps the process from doing anything else for so long, after the first page of people. */
  blockMs: z.number().int().min(0).default(0),
});

const cursorSchema = z.strictObject({ kind: z.string(), page: z.string() });

type Config = z.infer<typeof configSchema>;
type Cursor = z.infer<typeof cursorSchema>;
type Context = SourceContext<Config>;

const KINDS = ['department', 'user'] as const;

const pagedAdapter: SourceAdapter<Config, Cursor> = {
  type: 'paged',
  title: 'Pages of a made-up source',
  configSchema,
  cursorSchema,
  capabilities: { kinds: [...KINDS], modes: ['full'], resumable: true },
  check: () => Promise.resolve({ ok: true }),
  async *read({ resumeFrom }, context): AsyncGenerator<SourceMessage<Cursor>> {
    for (const kind of KINDS) {
      if (resumeFrom?.kind === 'user' && kind === 'department') continue;
      yield* readKind(context, kind, resumeFrom?.kind === kind ? resumeFrom.page : '1');
    }
  },
};

const pageSchema = z.object({
  records: z.array(z.looseObject({ uid: z.string() })),
  next: z.string().nullable(),
  /** Of all kinds. */
  total: z.number(),
});

async function* readKind(context: Context, kind: RecordKind, from: string): AsyncGenerator<SourceMessage<Cursor>> {
  const seen = new Set<string>();
  for (let page: string | null = from; page !== null;) {
    seen.add(page);
    const { records, next, total } = await readPage(context, kind, page);
    yield { type: 'total', records: total };
    yield { type: 'records', kind, records: records.map(({ uid, ...data }) => ({ externalId: uid, data })) };
    if (next !== null && seen.has(next)) {
      throw new SourceReadError(`The source names page ${next} twice: its list has no end.`);
    }
    if (next !== null) yield { type: 'checkpoint', cursor: { kind, page: next } };
    if (page === '1' && kind === 'user' && context.config.blockMs > 0) {
      // The page is on its way: the process is to be blocked between two transactions, not in the middle of one.
      await sleep(500);
      block(context.config.blockMs);
    }
    page = next;
  }
  yield { type: 'complete', kind, evidence: 'the last page names no next one' };
}

async function readPage({ config, signal }: Context, kind: string, page: string) {
  const url = `${config.url}/${kind}?page=${page}`;
  const { timeoutMs } = config;
  const { body } = await fetchStream({ url, signal, timeoutMs, maxBytes: 1_000_000, allowHttp: true });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return pageSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}

/** What a plugin must never do. */
function block(forMs: number): void {
  for (const until = Date.now() + forMs; Date.now() < until;);
}
