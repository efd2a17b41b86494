import type { TaskQueue } from '../src/queue/queue.js';
import { findStartableTasks } from '../src/tasks/life/startable-tasks.store.js';
import type { TaskDeps } from '../src/tasks/life/task.js';
import { type Activity, detectStall, type QueueState, type StallMemory, type StallVerdict } from './detect-stall.js';
import { logErrors, repeat } from './repeat.js';

/** How the watchdog watches. */
export interface WatchdogOptions {
  /** Between two looks; default 10 s. */
  readonly everyMs?: number;
  /** How long tasks may wait for a worker that has room; default 2 min. */
  readonly stallAfterMs?: number;
  /** Longer between two looks, and the process itself was stopped; default three times `everyMs`. */
  readonly maxGapMs?: number;
  /** ms of a clock that never goes back; default the process's own. */
  readonly now?: () => number;
}

/** What the watchdog looks at. */
export interface Watched {
  readonly activity: Activity;
  readonly concurrency: number;
  readonly queue: Pick<TaskQueue, 'ping' | 'isPaused'>;
  /** Called once when this worker starts nothing although it could: it should end, so that a fresh one begins. */
  readonly onStuck: () => void;
}

const IDS_LOGGED = 20;
const LIMIT = 200;

/**
 * Watches that this worker begins tasks while tasks wait and it has room. A queue that is down or paused is no reason
 * to end, a new process would find the same: it is logged once every `stallAfterMs`.
 *
 * @returns what ends it; answers when no look is under way any more.
 */
export function startWatchdog(deps: TaskDeps, watched: Watched, options: WatchdogOptions = {}): () => Promise<void> {
  const { everyMs = 10_000, stallAfterMs = 120_000, now = () => performance.now() } = options;
  const limits = { stallAfterMs, maxGapMs: options.maxGapMs ?? 3 * everyMs };
  let memory: StallMemory | null = null;
  let isStuck = false;
  const look = async () => {
    // Whatever fails here is looked at anew: a look that is missing must not count.
    const before = memory;
    memory = null;
    const seen = await lookUp(deps, watched, now);
    const { verdict, waiting, memory: next } = detectStall(before, seen, limits);
    memory = next;
    if (verdict === 'fine') return;
    report(deps, watched, { verdict, waiting, seen, stallAfterMs });
    if (verdict === 'stuck' && !isStuck) {
      isStuck = true;
      watched.onStuck();
    }
  };
  return repeat(everyMs, () => logErrors(deps.logger, 'watchdog', look));
}

async function lookUp({ db }: TaskDeps, { activity, concurrency, queue }: Watched, now: () => number) {
  const [startable, state] = await Promise.all([findStartableTasks(db.prisma, LIMIT), stateOf(queue)]);
  const { running, claims } = activity;
  return { at: now(), startable, freeSlots: concurrency - running, claims, queue: state };
}

async function stateOf(queue: Watched['queue']): Promise<QueueState> {
  try {
    await queue.ping();
    return (await queue.isPaused()) ? 'paused' : 'up';
  } catch {
    return 'down';
  }
}

interface Finding extends Pick<StallVerdict, 'verdict' | 'waiting'> {
  readonly seen: Awaited<ReturnType<typeof lookUp>>;
  readonly stallAfterMs: number;
}

const SENTENCES = {
  fine: 'tasks begin',
  stuck: 'tasks wait, but this worker starts none; it exits to be restarted',
  queue_down: 'tasks wait because the queue is down',
  queue_paused: 'tasks wait because the queue is paused; resume it in Bull Board',
} as const;

function report({ logger }: TaskDeps, { activity, concurrency }: Watched, finding: Finding): void {
  const { verdict, waiting, seen, stallAfterMs } = finding;
  logger.error(SENTENCES[verdict], {
    waiting: waiting.length,
    taskIds: waiting.slice(0, IDS_LOGGED),
    startable: seen.startable.length,
    running: activity.running,
    concurrency,
    queue: seen.queue,
    lastClaimAt: activity.lastClaimAt?.toISOString() ?? null,
    stallAfterMs,
  });
}
