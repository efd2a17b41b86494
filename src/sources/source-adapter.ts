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

/**
 * Linked ids of a kind that the read has not named so far: whom its `complete` would call absent (R30). Asked in the
 * middle of a read, between two messages. A walk over lists is no snapshot, so an adapter proves each of them gone.
 * @param atMost ids, 1 or more
 * @returns null = there are more
 */
export type UnseenIds = (kind: RecordKind, atMost: number) => Promise<readonly string[] | null>;

/** Most ids that an adapter looks up one by one: as many as the guard ever lets go without a person (R31). */
export const MAX_PROOFS = 500;

/** What an adapter is handed for one call. */
export interface SourceContext<Config> {
  readonly sourceId: string;
  /** Valid by `configSchema`, secrets in clear. Never log it. */
  readonly config: Config;
  /** Aborted by cancel, shutdown and time-outs. Stop within a second. */
  readonly signal: AbortSignal;
  /** In a full read of a source that has links; left out where nothing is linked or the caller does not need it. */
  readonly unseenIds?: UnseenIds;
  /**
   * Whether a text is a placeholder for "no value" where an id must be, by the list of the source (R2). Records need no
   * look: the engine clears their fields. It is for adapters that make ids out of texts. Left out: no text is one.
   */
  readonly isPlaceholder?: (text: string) => boolean;
}

/** An object that the source reported as changed. How it changed is left to the read. */
export interface Hint {
  readonly kind: RecordKind;
  /** As the adapter's records have it. */
  readonly externalId: string;
}

/** The code of a `rejected` hint that can't be read now. */
export const HINT_UNREADABLE = 'hint_unreadable';

/** What to read. */
export interface ReadRequest<Cursor> {
  readonly taskId: string;
  readonly mode: ReadMode;
  /** Delta: where the last finished read ended; null = never (then read everything that can be had). */
  readonly since: Cursor | null;
  /** The last checkpoint of this very task's interrupted read; null = from the start. */
  readonly resumeFrom: Cursor | null;
  /** A dry run (R35): the read takes, marks and acknowledges nothing. Default false. */
  readonly dryRun?: boolean;
  /**
   * Delta of an adapter with `hooks` or `stream`: what to read afresh, each thing once, in any order. One that is there
   * is a record, one that no longer exists in the source a tombstone; where that can't be determined, nothing is
   * yielded. One that can't be read is `rejected`: it is put aside and read again later, and the others apply at once.
   */
  readonly hints?: readonly Hint[];
  /**
   * Which of these ids the engine has no linked record of: never read, skipped by every task so far, removed, or
   * linked without some of its fields (R7). An
   * adapter that answers a delta with `present` calls it with those ids first and reads what it returns: a mark of
   * change says nothing of an entry that enters the source. One statement a call; 10,000 ids a call is a good size.
   */
  readonly findUnlinked?: (kind: RecordKind, externalIds: readonly string[]) => Promise<readonly string[]>;
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
      /**
       * `bad_signature`: not signed with our secret. `stale`: outside the replay window. `unreadable`: no such event.
       */
      readonly code: 'bad_signature' | 'stale' | 'unreadable';
    };

/** How an adapter takes the calls of the system that it reads. */
export interface SourceHooks<Config> {
  /**
   * Checks signature and replay window, decrypts, and names what moved. Makes no requests, stores nothing, and takes a
   * few milliseconds at most: the caller waits. Of the event's content only the named objects are used.
   * @throws SourceConfigError where the source's options lack what callbacks need
   */
  receive(request: HookRequest, context: SourceContext<Config>): Promise<HookAnswer> | HookAnswer;
}

/** Callbacks of an adapter that holds a connection. */
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
  /**
   * The kinds that a full read with these options must read to their end (R40). Left out: users, where the adapter can
   * read them.
   */
  requiredKinds?(config: Config): readonly RecordKind[];
  /** Streams messages until the source has nothing more. A full read ends each kind with `complete`. */
  read(request: ReadRequest<Cursor>, context: SourceContext<Config>): AsyncIterable<SourceMessage<Cursor>>;
  /** Only with mode `delta`: the outside system may call at `/hooks/{source}`, and deltas read what it named. */
  readonly hooks?: SourceHooks<Config>;
  /** Only with mode `delta`: one worker of all holds the connection, and deltas read what its events named. */
  readonly stream?: SourceStream<Config>;
}
