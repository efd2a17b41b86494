import type { Egress } from '../../platform/egress/egress.js';

/** What a csv source may reach, and how long one file may take. */
export interface CsvWorld {
  /** The only folder whose files may be read. */
  readonly root: string;
  /** Lets plain http through to this very machine. */
  readonly allowHttp: boolean;
  /** Where downloads may go; see fetchStream for what holds without. */
  readonly egress?: Egress | undefined;
  readonly signal: AbortSignal;
  /** For the download of one file. */
  readonly timeoutMs: number;
}
