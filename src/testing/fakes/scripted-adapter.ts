import { z } from 'zod';
import pTimeout from 'p-timeout';
import type { RecordKind } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { CheckResult, ReadRequest, SourceAdapter, SourceContext } from '../../sources/source-adapter.js';
import { syntheticMessages, syntheticOptions } from './synthetic-source.js';

const cursorSchema = z.strictObject({ at: z.number().int().min(0) });

/** How many messages of the script are behind. */
export type ScriptedCursor = z.infer<typeof cursorSchema>;

const configSchema = z.strictObject({
  /** The name of the script, default `default`. */
  script: z.string().min(1).optional(),
  /** A big made-up source instead of a script; the only one that works across processes. */
  synthetic: syntheticOptions.optional(),
});

/** The options of a scripted source. */
export type ScriptedConfig = z.infer<typeof configSchema>;

/** One message of a script. */
export type ScriptedMessage = SourceMessage<ScriptedCursor>;

/** The messages of one kind of read. A function is asked at each read and may be lazy. */
export type ScriptedMessages =
  | readonly ScriptedMessage[]
  | ((request: ReadRequest<ScriptedCursor>) => Iterable<ScriptedMessage> | AsyncIterable<ScriptedMessage>);

/** Holds a read at one place: `reached` resolves when it is there, `open` lets it go on. */
export interface ScriptedGate {
  readonly reached: Promise<void>;
  open(): void;
}

/**
 * An outside world that a test writes: what full and delta reads say, and where they break or wait.
 *
 * Places are counted in messages of the script, over the whole list: a read that resumes at 3 has 3 behind it already.
 * After each message the adapter adds a checkpoint `{ at }`, unless the adapter is not resumable.
 */
export class Script {
  full: ScriptedMessages = [];
  delta: ScriptedMessages = [];
  /** What `check` answers. */
  answer: CheckResult = { ok: true };
  /** Every read that was asked for, oldest first. */
  readonly requests: ReadRequest<ScriptedCursor>[] = [];
  private readonly stops = new Map<number, (() => Promise<void>)[]>();

  /** Throws `error` when `messages` messages are through; `times` reads fail so, then it works. */
  failAfter(messages: number, error: Error, times = 1): void {
    let left = times;
    this.addStop(messages, () => (left-- > 0 ? Promise.reject(error) : Promise.resolve()));
  }

  /** Makes the reads wait when `messages` messages are through, until the gate is opened. */
  pauseAfter(messages: number): ScriptedGate {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const reached = new Promise<void>((arrive) => {
      this.addStop(messages, () => {
        arrive();
        return opened;
      });
    });
    return { reached, open };
  }

  /** What the adapter does between two messages. */
  async stopAt(at: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const stop of this.stops.get(at) ?? []) await pTimeout(stop(), { milliseconds: Infinity, signal });
  }

  private addStop(at: number, stop: () => Promise<void>): void {
    this.stops.set(at, [...(this.stops.get(at) ?? []), stop]);
  }
}

/** What a scripted adapter can be made to differ in. */
export interface ScriptedAdapterOptions {
  /** Scripts by the name that the source's options give. */
  readonly scripts?: Readonly<Record<string, Script>>;
  readonly kinds?: readonly RecordKind[];
  /** Default true. */
  readonly resumable?: boolean;
}

/** The adapter for tests of the engine: type `scripted`. */
export function scriptedAdapter(options: ScriptedAdapterOptions = {}): SourceAdapter<ScriptedConfig, ScriptedCursor> {
  const { scripts = {}, kinds = ['user', 'department'], resumable = true } = options;
  const find = (config: ScriptedConfig): Script | undefined => scripts[config.script ?? 'default'];
  return {
    type: 'scripted',
    title: 'Scripted',
    configSchema,
    cursorSchema,
    capabilities: { kinds, modes: ['full', 'delta'], resumable },
    check({ config }) {
      const name = config.script ?? 'default';
      const unknown: CheckResult = { ok: false, code: 'source_config', hint: `There is no script "${name}".` };
      return Promise.resolve(config.synthetic ? { ok: true } : (find(config)?.answer ?? unknown));
    },
    read: (request, context) => play({ script: find(context.config) ?? new Script(), request, context, resumable }),
  };
}

/** Records of a kind as one message; the id is the record's `uid`. */
export function recordsMessage(
  kind: RecordKind,
  records: readonly Readonly<Record<string, unknown>>[],
): ScriptedMessage {
  return { type: 'records', kind, records: records.map(({ uid, ...data }) => ({ externalId: uid, data })) };
}

/** The proved end of a kind. */
export function completeMessage(kind: RecordKind): ScriptedMessage {
  return { type: 'complete', kind, evidence: 'the script says so' };
}

interface Play {
  readonly script: Script;
  readonly request: ReadRequest<ScriptedCursor>;
  readonly context: SourceContext<ScriptedConfig>;
  readonly resumable: boolean;
}

async function* play({ script, request, context, resumable }: Play): AsyncGenerator<ScriptedMessage> {
  const { signal } = context;
  script.requests.push(request);
  const behind = request.resumeFrom?.at ?? 0;
  let at = 0;
  for await (const message of messagesOf(script, request, context)) {
    signal.throwIfAborted();
    if (at >= behind) {
      await script.stopAt(at, signal);
      yield message;
      signal.throwIfAborted();
    }
    at += 1;
    if (resumable && at > behind && message.type !== 'checkpoint') yield { type: 'checkpoint', cursor: { at } };
  }
  signal.throwIfAborted();
  await script.stopAt(at, signal);
  if (!resumable) yield { type: 'checkpoint', cursor: { at } };
}

function messagesOf(
  script: Script,
  request: ReadRequest<ScriptedCursor>,
  { config, signal }: SourceContext<ScriptedConfig>,
): Iterable<ScriptedMessage> | AsyncIterable<ScriptedMessage> {
  if (config.synthetic) return syntheticMessages(config.synthetic, { mode: request.mode, signal });
  const part = script[request.mode];
  return typeof part === 'function' ? part(request) : part;
}
