import type { z } from 'zod';
import type { RecordKind } from '../domain/record.js';
import type { SourceMessage } from '../domain/source-message.js';
import type { ReadMode } from '../domain/task.js';

/** The abilities of an adapter. */
export interface SourceCapabilities {
  readonly kinds: readonly RecordKind[];
  readonly modes: readonly ReadMode[];
  /** It can continue an interrupted full read at a checkpoint. */
  readonly resumable: boolean;
  /**
   * A repeated read of a task returns the messages of the first read, at any later time: its data is as old as that of
   * the first (R47).
   */
  readonly replays?: boolean;
}

/**
 * Returns the linked ids of a kind that the read has not named so far: with `complete`, these would be absent (R30). It
 * is called in the middle of a read, between two messages. A walk over lists is not a snapshot, so an adapter checks
 * each of them before it counts as gone.
 * @param atMost ids, 1 or more
 * @returns null = there are more
 */
export type UnseenIds = (kind: RecordKind, atMost: number) => Promise<readonly string[] | null>;

/**
 * The largest number of ids that an adapter looks up one by one: the largest number of removals that the guard allows
 * without an approval (R31).
 */
export const MAX_PROOFS = 500;

/** The input of one call of an adapter. */
export interface SourceContext<Config> {
  readonly sourceId: string;
  /** Valid by `configSchema`, secrets in plain text. Never log it. */
  readonly config: Config;
  /** Aborted by cancel, shutdown and time-outs. The adapter must stop within a second. */
  readonly signal: AbortSignal;
  /** Present in a full read of a source that has links; absent if nothing is linked or the caller does not need it. */
  readonly unseenIds?: UnseenIds;
  /**
   * Whether a text in the place of an id is a placeholder for "no value", by the list of the source (R2). Adapters that
   * make ids from texts use it. The fields of records need no check: the engine clears them. Absent: no text is a
   * placeholder.
   */
  readonly isPlaceholder?: (text: string) => boolean;
}

/** An object that the source reported as changed. The read determines what changed. */
export interface Hint {
  readonly kind: RecordKind;
  /** The external id that the adapter's records have. */
  readonly externalId: string;
}

/** The code of a `rejected` hint whose object cannot be read now. */
export const HINT_UNREADABLE = 'hint_unreadable';

/** What to read. */
export interface ReadRequest<Cursor> {
  readonly taskId: string;
  readonly mode: ReadMode;
  /**
   * Delta: the cursor where the last finished read ended; null = there was none, so the delta reads everything that is
   * available.
   */
  readonly since: Cursor | null;
  /** The last checkpoint of the interrupted read of this task; null = start at the beginning. */
  readonly resumeFrom: Cursor | null;
  /** A dry run (R35): the read changes and acknowledges nothing in the source. Default false. */
  readonly dryRun?: boolean;
  /**
   * Delta of an adapter with `hooks` or `stream`: the objects to read again, each once, in any order. An existing
   * object is yielded as a record, one that no longer exists in the source as a tombstone; if this cannot be
   * determined, nothing is yielded. One that cannot be read is `rejected`: it is read again later, and the others apply
   * at once.
   */
  readonly hints?: readonly Hint[];
  /**
   * Returns those of the ids for which the engine has no linked record: never read, skipped by every task so far,
   * removed, or linked without some of its fields (R7). An adapter that answers a delta with `present` calls it with
   * those ids first and reads the ids that it returns, because the change mark of an entry does not show that the entry
   * enters the source. Each call is one statement; 10,000 ids per call are a good size.
   */
  readonly findUnlinked?: (kind: RecordKind, externalIds: readonly string[]) => Promise<readonly string[]>;
}

/** A call of the outside system to `/hooks/{source}`, as received. */
export interface HookRequest {
  readonly method: 'GET' | 'POST';
  /** The first value of each parameter. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case; the first value of each header. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as received: a signature does not match JSON that was parsed and printed again. Never log them. */
  readonly body: Buffer;
}

/** The answer that the outside system receives. */
export interface HookReply {
  readonly status: 200 | 204;
  /** E.g. `text/plain; charset=utf-8`. */
  readonly contentType: string;
  readonly body: string;
}

/** The meaning of a call to `/hooks/{source}`. */
export type HookAnswer =
  | {
      readonly accepted: true;
      /** Empty for a test of the address, or for an event that concerns no record. */
      readonly hints: readonly Hint[];
      /**
       * The event concerns too much for hints (changed permissions, an import): a full read is queued. Default false.
       */
      readonly needsFull?: boolean;
      /** Sent after the hints are stored. */
      readonly reply: HookReply;
    }
  | {
      /** Not from the outside system, or not valid now: nothing is stored and the caller receives 403. */
      readonly accepted: false;
      /**
       * `bad_signature`: not signed with the secret of the source. `stale`: outside the replay window. `unreadable`:
       * not an event.
       */
      readonly code: 'bad_signature' | 'stale' | 'unreadable';
    };

/** How an adapter receives the calls of its system. */
export interface SourceHooks<Config> {
  /**
   * Checks the signature and the replay window, decrypts, and returns the ids of the changed objects. It makes no
   * requests, stores nothing, and takes a few milliseconds at most, because the caller waits. Of the content of the
   * event, only these ids are used.
   * @throws SourceConfigError if the source lacks the options that callbacks need
   */
  receive(request: HookRequest, context: SourceContext<Config>): Promise<HookAnswer> | HookAnswer;
}

/** Callbacks of an adapter that holds a connection. */
export interface StreamListener {
  /** The connection is open; events can arrive from now on. */
  onOpen(): void;
  /**
   * Stores the ids of the changed objects. The adapter acknowledges the event after that. If storing fails, it requests
   * the event again: an event that is not stored must not be acknowledged.
   */
  onEvent(hints: readonly Hint[]): Promise<void>;
}

/** How an adapter receives the events of its system without a public address: over a connection that it holds open. */
export interface SourceStream<Config> {
  /** Whether these options enable it. */
  isEnabled(config: Config): boolean;
  /**
   * Holds one connection until the other side requests a new one (returns), the connection is lost (throws) or the
   * signal is aborted (returns after the events that arrived before are stored and acknowledged). Never opens a second
   * one.
   * @throws SyncError
   */
  hold(context: SourceContext<Config>, listener: StreamListener): Promise<void>;
}

/**
 * `code` is the code of a SyncError or a code of the adapter; `hint` says what to do and names the missing permission.
 */
export type CheckResult =
  { readonly ok: true; readonly hint?: string } | { readonly ok: false; readonly code: string; readonly hint: string };

/**
 * Reads users and departments from one kind of system. Adapters only read; they have no access to the database.
 *
 * They do not retry, wait or log personal data: they throw the typed errors of `domain/errors`, and the engine decides.
 */
export interface SourceAdapter<Config = unknown, Cursor = unknown> {
  /** Stored in `Source.type`. Never rename. */
  readonly type: string;
  readonly title: string;
  /** Secret fields have `.meta({ secret: true })`; forms and the write-only rule of the API use it. */
  readonly configSchema: z.ZodType<Config>;
  readonly cursorSchema: z.ZodType<Cursor>;
  readonly capabilities: SourceCapabilities;
  /**
   * Proves in at most 10 s that the options work, without reading all users; names the missing permission. For options
   * that do not work it returns a result and does not throw.
   */
  check(context: SourceContext<Config>): Promise<CheckResult>;
  /**
   * The kinds that a full read with these options must read to their end (R40). Absent: users, if the adapter can read
   * them.
   */
  requiredKinds?(config: Config): readonly RecordKind[];
  /** Yields messages until the source has no more. A full read ends each kind with `complete`. */
  read(request: ReadRequest<Cursor>, context: SourceContext<Config>): AsyncIterable<SourceMessage<Cursor>>;
  /**
   * Only with the mode `delta`: the outside system can call `/hooks/{source}`, and deltas read the objects that it
   * named.
   */
  readonly hooks?: SourceHooks<Config>;
  /**
   * Only with the mode `delta`: one of the workers holds the connection, and deltas read the objects that its events
   * named.
   */
  readonly stream?: SourceStream<Config>;
}
