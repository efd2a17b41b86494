import type { FieldProblem } from '../../domain/field-problem.js';
import type { RecordKind } from '../../domain/record.js';

/** One request of a client, as it was kept. */
export interface InboxPush {
  readonly pushId: string;
  readonly kind: RecordKind;
  /** The field that may tie its never-seen records to existing rows (R10). */
  readonly matchKey: string | null;
  /** As sent. */
  readonly records: readonly unknown[];
  /** Values that could not be stored or read; null = none. */
  readonly faults?: readonly PushFault[] | null;
}

/** A value of a pushed record that could not be stored or read. */
export interface PushFault extends FieldProblem {
  /** The record's place in the push, from 0. */
  readonly place: number;
}

/** Where pushed records wait for a task. What the signal aborts is ended in the database too. */
export interface PushInbox {
  /** Binds the source's waiting pushes to the task; one that owns some already takes no more. */
  claim(taskId: string, sourceId: string, signal: AbortSignal): Promise<void>;
  /** The task's pushes in order of arrival. */
  read(taskId: string, signal: AbortSignal): AsyncIterable<InboxPush>;
  /** The pushes that wait for a task now, in order of arrival. They keep waiting: for a dry run (R35). */
  peek(sourceId: string, signal: AbortSignal): AsyncIterable<InboxPush>;
}

/**
 * Passes messages on until the signal is aborted, then throws its reason, even while the next message is awaited.
 * What was awaited is left behind: its answer is ignored.
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
    // Not awaited: a reader that hangs would never answer.
    reader.return?.().catch(() => undefined);
  }
}
