import { setTimeout as wait } from 'node:timers/promises';
import { SyncError } from '../src/domain/errors.js';
import type { Logger } from '../src/platform/logger.js';
import type { Hint } from '../src/sources/source-adapter.js';
import type { StreamState } from '../src/tasks/fleet/worker-leases.store.js';

/** What a held stream needs: how one connection is held, and where its events go. */
export interface HeldStreamOptions {
  readonly sourceId: string;
  /** In the log. */
  readonly sourceName: string;
  readonly logger: Logger;
  /** Holds one connection to its end. @throws SyncError */
  readonly hold: (listener: HeldListener, signal: AbortSignal) => Promise<void>;
  /** Stores what moved. */
  readonly store: (hints: readonly Hint[]) => Promise<void>;
  /** The first pause after a connection that failed, doubled up to a minute. Default 1 s. */
  readonly pauseMs?: number;
}

/** What the adapter tells. */
export interface HeldListener {
  onOpen(): void;
  onEvent(hints: readonly Hint[]): Promise<void>;
}

const MAX_PAUSE_MS = 60_000;
/** A connection that stood this long was a good one: the next pause is short again. */
const GOOD_MS = 30_000;

/** One source's connection, renewed again and again until it is ended. */
export class HeldStream {
  private readonly ending = new AbortController();
  private readonly done: Promise<void>;
  private connectedAt: Date | null = null;
  private lastEventAt: Date | null = null;
  private problem: string | null = null;
  private failures = 0;

  constructor(private readonly options: HeldStreamOptions) {
    this.done = this.keepUp();
  }

  /** How it is at this moment. */
  get state(): StreamState {
    const { connectedAt, lastEventAt, problem } = this;
    return { sourceId: this.options.sourceId, connectedAt, lastEventAt, problem };
  }

  /** Ends the connection; answers when events that came before are stored and acknowledged. */
  end(): Promise<void> {
    this.ending.abort();
    return this.done;
  }

  private async keepUp(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const pauseMs = await this.holdOnce();
      if (pauseMs > 0) await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how long to wait before the next connection. */
  private async holdOnce(): Promise<number> {
    const { logger, sourceName: source, hold } = this.options;
    try {
      await hold({ onOpen: () => this.opened(), onEvent: (hints) => this.take(hints) }, this.ending.signal);
      logger.info('stream ended normally', { source });
      return this.ended(null);
    } catch (error) {
      if (this.ending.signal.aborted) return 0;
      const code = error instanceof SyncError ? error.code : 'internal';
      logger.warn('stream lost', { source, code, cause: String(error) });
      return this.ended(error);
    }
  }

  private opened(): void {
    this.connectedAt = new Date();
    this.problem = null;
    this.options.logger.info('stream connected', { source: this.options.sourceName });
  }

  private async take(hints: readonly Hint[]): Promise<void> {
    const { logger, sourceName: source, store } = this.options;
    try {
      await store(hints);
    } catch (error) {
      logger.warn('stream event not stored; it will be sent again', { source, cause: String(error) });
      throw error;
    }
    this.lastEventAt = new Date();
    logger.info('stream event accepted', { source, hints: hints.length });
  }

  private ended(error: unknown): number {
    const stoodMs = this.connectedAt === null ? 0 : Date.now() - this.connectedAt.getTime();
    this.connectedAt = null;
    this.problem = error === null ? null : textOf(error);
    if (stoodMs >= GOOD_MS) this.failures = 0;
    const pauseMs = pauseAfter(error, this.failures, this.options.pauseMs ?? 1_000);
    this.failures = stoodMs >= GOOD_MS ? 0 : this.failures + 1;
    return pauseMs;
  }
}

/** What the system asks for, a minute where only a person can help, else doubled from failure to failure. */
function pauseAfter(error: unknown, failures: number, firstMs: number): number {
  if (error === null && failures === 0) return 0;
  const advice = error instanceof SyncError ? error.advice : null;
  if (advice?.retry === false) return MAX_PAUSE_MS;
  const doubled = Math.min(MAX_PAUSE_MS, firstMs * 2 ** failures);
  // Up to a fifth more, so that many deployments don't come back at once.
  return Math.max(advice?.retry ? (advice.afterMs ?? 0) : 0, doubled * (1 + Math.random() / 5));
}

const textOf = (error: unknown): string =>
  error instanceof SyncError ? `${error.code}: ${error.message}`.slice(0, 1_000) : 'internal: see the system log.';
