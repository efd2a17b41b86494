/** What a csv source may reach, and how long one file may take. */
export interface CsvWorld {
  /** The only folder whose files may be read. */
  readonly root: string;
  /** Lets plain http through to this very machine. */
  readonly allowHttp: boolean;
  readonly signal: AbortSignal;
  /** For the download of one file. */
  readonly timeoutMs: number;
}
