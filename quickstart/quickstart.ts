import type { Closing } from '../src/platform/shutdown.js';

/** How the quickstart runs. */
export interface QuickstartOptions {
  /** The project's folder. */
  readonly root: string;
  /** Where everything that it makes is kept. */
  readonly folder: string;
  /** Stop after the syncs. */
  readonly once: boolean;
  /** Aborted when it must stop. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** What the steps share: how to talk, when to stop, and what must be stopped at the end. */
export interface Quickstart extends QuickstartOptions {
  /** Keeps what was started, to be stopped in the opposite order. */
  readonly keep: (closing: Closing) => void;
  /** Stops everything because a part of it broke. */
  readonly fail: (error: Error) => void;
}
