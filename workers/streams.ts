import type { OpenConfig } from '../src/secrets/open-config.js';
import type { SourceAdapter } from '../src/sources/source-adapter.js';
import type { SourceRegistry } from '../src/sources/source-registry.js';
import { acceptHints } from '../src/tasks/inbox/hint.store.js';
import {
  keepStreamLeases,
  listStreamSources,
  releaseStreamLeases,
  type StreamSource,
} from '../src/tasks/fleet/worker-leases.store.js';
import type { TaskDeps } from '../src/tasks/life/task.js';
import { HeldStream } from './held-stream.js';
import { logErrors, repeat } from './repeat.js';

/** What holding connections needs of the world. */
export interface StreamDeps extends TaskDeps {
  readonly sources: SourceRegistry;
  readonly openConfig: OpenConfig;
}

/** How a worker holds connections. */
export interface StreamOptions {
  /** This process, as in the workers' table. */
  readonly name: string;
  /** How often leases are renewed and sources looked at. Default 2 s; up to a fifth more. */
  readonly everyMs?: number;
  /** After which silence another worker takes over. Default 10 s. */
  readonly leaseMs?: number;
  /** The first pause after a failed connection. Default 1 s. */
  readonly pauseMs?: number;
}

/**
 * Holds the connections over which sources tell what moved: of all workers, the one with the lease. The connection
 * follows the source (disabled, deleted, changed) within some seconds, and is given up before its lease runs out.
 *
 * @returns what ends it; answers when what came is stored, the connections are closed and the leases given back.
 */
export function startStreams(deps: StreamDeps, options: StreamOptions): () => Promise<void> {
  const streams = new Streams(deps, options);
  const end = repeat(options.everyMs ?? 2_000, () => logErrors(deps.logger, 'streams', () => streams.look()));
  return async () => {
    await end();
    await streams.endAll();
  };
}

interface EnabledSource extends StreamSource {
  readonly adapter: SourceAdapter;
  /** In clear. */
  readonly opened: unknown;
}

interface Holding {
  readonly stream: HeldStream;
  /** What it was opened with. */
  readonly config: string;
  /** Gives up when the lease was not renewed in time, whatever keeps us from the database. */
  readonly fuse: NodeJS.Timeout;
}

class Streams {
  private readonly holding = new Map<string, Holding>();

  constructor(
    private readonly deps: StreamDeps,
    private readonly options: StreamOptions,
  ) {}

  /** One round: leave what is not enabled any more, renew or take leases, connect. */
  async look(): Promise<void> {
    const enabled = await this.findEnabled();
    const stale = [...this.holding].filter(([id, { config }]) => configText(enabled.get(id)?.config) !== config);
    await this.leave(stale.map(([id]) => id));
    if (enabled.size === 0) return;
    const { name: holder, leaseMs = 10_000 } = this.options;
    const states = [...enabled.keys()].map(
      (sourceId) => this.holding.get(sourceId)?.stream.state ?? newState(sourceId),
    );
    // Counted from before the statement: the database's own count begins later, so ours ends first.
    const untilMs = performance.now() + leaseMs;
    const kept = await keepStreamLeases(this.deps.db.prisma, { holder, leaseMs, states });
    for (const source of enabled.values()) {
      if (kept.has(source.id)) this.hold(source, untilMs - performance.now());
    }
    await Promise.all([...this.holding.keys()].filter((id) => !kept.has(id)).map((id) => this.drop(id)));
  }

  async endAll(): Promise<void> {
    const { logger } = this.deps;
    await logErrors(logger, 'streams', () => this.leave([...this.holding.keys()]));
  }

  private async findEnabled(): Promise<ReadonlyMap<string, EnabledSource>> {
    const { db, sources } = this.deps;
    const types = sources.list().flatMap(({ type, stream }) => (stream ? [type] : []));
    const rows = types.length === 0 ? [] : await listStreamSources(db.prisma, types);
    return new Map(rows.flatMap((row) => this.openIfEnabled(row)).map((one) => [one.id, one]));
  }

  /** A source whose options can't be opened fails at its next sync, which says why. */
  private openIfEnabled(row: StreamSource): readonly EnabledSource[] {
    const adapter = this.deps.sources.find(row.type);
    try {
      const opened = this.deps.openConfig(row);
      return adapter?.stream?.isEnabled(opened) ? [{ ...row, adapter, opened }] : [];
    } catch (error) {
      this.deps.logger.warn('stream source not understood', { source: row.name, cause: String(error) });
      return [];
    }
  }

  private hold(source: EnabledSource, leftMs: number): void {
    const before = this.holding.get(source.id);
    clearTimeout(before?.fuse);
    const stream = before?.stream ?? this.open(source);
    const fuse = setTimeout(() => void this.drop(source.id), Math.max(0, leftMs));
    this.holding.set(source.id, { stream, fuse, config: configText(source.config) });
  }

  private open({ id: sourceId, name: sourceName, adapter, opened: config }: EnabledSource): HeldStream {
    const { deps } = this;
    const { pauseMs } = this.options;
    return new HeldStream({
      ...{ sourceId, sourceName, logger: deps.logger, ...(pauseMs === undefined ? {} : { pauseMs }) },
      hold: async (listener, signal) => adapter.stream?.hold({ sourceId, config, signal }, listener),
      store: (hints) => acceptHints(deps, { sourceId, hints, needsFull: false }),
    });
  }

  /** Ends connections and gives their leases back. */
  private async leave(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await Promise.all(ids.map((id) => this.drop(id)));
    await releaseStreamLeases(this.deps.db.prisma, this.options.name, ids);
  }

  private async drop(id: string): Promise<void> {
    const held = this.holding.get(id);
    if (!held) return;
    clearTimeout(held.fuse);
    this.holding.delete(id);
    await held.stream.end();
  }
}

const newState = (sourceId: string) => ({ sourceId, connectedAt: null, lastEventAt: null, problem: null });

const configText = (config: unknown): string => JSON.stringify(config ?? null);
