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

/** Something that the source told to have moved. Which way is not said: whoever reads it finds out. */
export interface Hint {
  readonly kind: RecordKind;
  /** As the adapter's records have it. */
  readonly externalId: string;
}

/** What to read. */
export interface ReadRequest<Cursor> {
  readonly taskId: string;
  readonly mode: ReadMode;
  /** Delta: where the last finished read ended; null = never (then read everything that can be had). */
  readonly since: Cursor | null;
  /** The last checkpoint of this very task's interrupted read; null = from the start. */
  readonly resumeFrom: Cursor | null;
  /**
   * Delta of an adapter with `hooks` or `stream`: what to read afresh, each thing once, in any order. One that is there
   * is a record, one that the source does not know any more a tombstone; where that can't be told, nothing is said.
   */
  readonly hints?: readonly Hint[];
}

/** A call of the outside system at `/hooks/{source}`, as it came. */
export interface HookRequest {
  readonly method: 'GET' | 'POST';
  /** The first value of each parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case; the first value of each. */
  readonly headers: Readonly<Record<string, string>>;
  /** The very bytes: a signature over parsed and printed JSON fits nothing. Never log them. */
  readonly body: Buffer;
}

/** What the outside system gets to read. */
export interface HookReply {
  readonly status: 200 | 204;
  /** E.g. `text/plain; charset=utf-8`. */
  readonly contentType: string;
  readonly body: string;
}

/** What a call at `/hooks/{source}` was. */
export type HookAnswer =
  | {
      readonly accepted: true;
      /** Empty for a trial of the address or an event of no interest. */
      readonly hints: readonly Hint[];
      /** The event is too big for hints (rights changed, an import): a full read is queued. Default false. */
      readonly needsFull?: boolean;
      /** Sent when the hints are stored. */
      readonly reply: HookReply;
    }
  | {
      /** Not from the outside system, or not now: nothing is stored and the caller gets 403. */
      readonly accepted: false;
      /** `bad_signature`: not signed with our secret. `stale`: outside the replay window. `unreadable`: no such event. */
      readonly code: 'bad_signature' | 'stale' | 'unreadable';
    };

/** How an adapter takes the calls of the system that it reads. */
export interface SourceHooks<Config> {
  /**
   * Checks signature and replay window, decrypts, and names what moved. Asks nobody, stores nothing, and takes no more
   * than some milliseconds: the caller waits. What an event says is never believed, only which things it names.
   * @throws SourceConfigError where the source's options lack what callbacks need
   */
  receive(request: HookRequest, context: SourceContext<Config>): Promise<HookAnswer> | HookAnswer;
}

/** Told by an adapter that holds a connection. */
export interface StreamListener {
  /** The connection stands; events may come from now on. */
  onOpen(): void;
  /**
   * Stores which things moved. The adapter acknowledges the event when this is done, and asks for it again when it
   * fails: what is not stored must not count as taken.
   */
  onEvent(hints: readonly Hint[]): Promise<void>;
}

/** How an adapter takes the events of its system without a public address: over a connection that it holds open. */
export interface SourceStream<Config> {
  /** Whether these options ask for it. */
  isWanted(config: Config): boolean;
  /**
   * Holds one connection, until the other side asks for a new one (answers), the connection is lost (throws) or the
   * signal is aborted (answers, when events that came before are stored and acknowledged). Never opens a second one.
   * @throws SyncError
   */
  hold(context: SourceContext<Config>, listener: StreamListener): Promise<void>;
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
  /** Only with mode `delta`: the outside system may call at `/hooks/{source}`, and deltas read what it named. */
  readonly hooks?: SourceHooks<Config>;
  /** Only with mode `delta`: one worker of all holds the connection, and deltas read what its events named. */
  readonly stream?: SourceStream<Config>;
}
