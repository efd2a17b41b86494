import type { z } from 'zod';
import type { RecordKind } from '../domain/record.js';
import type { SourceMessage } from '../domain/source-message.js';
import type { ReadMode } from '../domain/task.js';

/** What an adapter can do. */
export interface SourceCapabilities {
  readonly kinds: readonly RecordKind[];
  readonly modes: readonly ReadMode[];
  /** It can go on at a checkpoint of an interrupted full read. */
  readonly resumable: boolean;
  /** A repeated read of a task says what the first one said, however late: it is as old as the first (R47). */
  readonly replays?: boolean;
}

/** What an adapter is handed for one call. */
export interface SourceContext<Config> {
  readonly sourceId: string;
  /** Valid by `configSchema`, secrets in clear. Never log it. */
  readonly config: Config;
  /** Aborted by cancel, shutdown and time-outs. Stop within a second. */
  readonly signal: AbortSignal;
}

/** What to read. */
export interface ReadRequest<Cursor> {
  readonly taskId: string;
  readonly mode: ReadMode;
  /** Delta: where the last finished read ended; null = never (then read everything that can be had). */
  readonly since: Cursor | null;
  /** The last checkpoint of this very task's interrupted read; null = from the start. */
  readonly resumeFrom: Cursor | null;
}

/** `code` is a SyncError's code or the adapter's own word; `hint` says what to do, naming the missing right. */
export type CheckResult =
  { readonly ok: true; readonly hint?: string } | { readonly ok: false; readonly code: string; readonly hint: string };

/**
 * A way to read users and departments out of one kind of system. Adapters only read; they never see our database.
 *
 * They do not retry, sleep or log people: they throw the typed errors of `domain/errors` and the engine decides.
 */
export interface SourceAdapter<Config = unknown, Cursor = unknown> {
  /** Stored in `Source.type`. Never rename. */
  readonly type: string;
  readonly title: string;
  /** Secret fields carry `.meta({ secret: true })`; forms and the API's write-only rule come from here. */
  readonly configSchema: z.ZodType<Config>;
  readonly cursorSchema: z.ZodType<Cursor>;
  readonly capabilities: SourceCapabilities;
  /**
   * Proves that the options work, in at most 10 s, without reading everyone; names the missing permission.
   * Answers, does not throw, for bad options.
   */
  check(context: SourceContext<Config>): Promise<CheckResult>;
  /** Streams messages until the source has nothing more. A full read ends each kind with `complete`. */
  read(request: ReadRequest<Cursor>, context: SourceContext<Config>): AsyncIterable<SourceMessage<Cursor>>;
}
