/** One page of records as a source or caller sent it. */
export interface RecordLogEntry {
  readonly taskId: string;
  readonly batch: string;
  /** The source's name. */
  readonly source: string;
  readonly kind: string;
  readonly records: readonly unknown[];
  /** Names of fields whose values are masked, wherever they stand in a record. */
  readonly redact: readonly string[];
}

/** The raw record log (R50): what was sent, for those who must know why. */
export interface RecordLog {
  /** Never throws: a full disk must not stop a sync. */
  write(entry: RecordLogEntry): void;
  /** Ends when everything is on disk. */
  close(): Promise<void>;
}
