import type { RecordKind } from '../../domain/record.js';

/** One request of a client, as it was kept. */
export interface InboxPush {
  readonly pushId: string;
  readonly kind: RecordKind;
  /** The field that may tie its never-seen records to existing rows (R10). */
  readonly matchKey: string | null;
  /** As sent. */
  readonly records: readonly unknown[];
}

/** Where pushed records wait for a task. */
export interface PushInbox {
  /** Binds the source's waiting pushes to the task; one that owns some already takes no more. */
  claim(taskId: string, sourceId: string): Promise<void>;
  /** The task's pushes in order of arrival. */
  read(taskId: string): AsyncIterable<InboxPush>;
}
