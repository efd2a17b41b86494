import type { FieldProblem } from '../../domain/field-problem.js';
import type { RecordKind } from '../../domain/record.js';

/** One request of a client, as it was stored. */
export interface InboxPush {
  readonly pushId: string;
  readonly kind: RecordKind;
  /** The field by which records that were never linked can be linked to existing rows (R10). */
  readonly matchKey: string | null;
  /** The records, as sent. */
  readonly records: readonly unknown[];
  /** Values that could not be stored or read; null = there are none. */
  readonly faults?: readonly PushFault[] | null;
}

/** A value of a pushed record that could not be stored or read. */
export interface PushFault extends FieldProblem {
  /** The record's place in the push, from 0. */
  readonly place: number;
}

/** The inbox, where pushed records wait for a task. An abort of the signal also ends the statement in the database. */
export interface PushInbox {
  /** Assigns the waiting pushes of the source to the task; a task that has pushes already gets no more. */
  claim(taskId: string, sourceId: string, signal: AbortSignal): Promise<void>;
  /** The pushes of the task, in order of arrival. */
  read(taskId: string, signal: AbortSignal): AsyncIterable<InboxPush>;
  /** The pushes that wait for a task now, in order of arrival. They keep waiting: for a dry run (R35). */
  peek(sourceId: string, signal: AbortSignal): AsyncIterable<InboxPush>;
}

/**
 * Passes messages on until the signal is aborted, then throws the reason of the signal, also while it waits for the
 * next message. The result of that wait is ignored.
 */
export async function* stopOnAbort<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  const reader = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([reader.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a reader that hangs would never return.
    reader.return?.().catch(() => undefined);
  }
}
