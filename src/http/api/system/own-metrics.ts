import { Counter, Gauge, type Registry } from 'prom-client';
import { TASK_STATUSES } from '../../../domain/task.js';
import { COUNTERS, SKIPPED_PREFIX } from '../../../tasks/fleet/counters.store.js';
import type { Facts, SourceFact } from './facts.store.js';

/** What the queue says of itself; null = it is down. */
export type QueueFacts = Readonly<Record<string, number>> | null;

/** Everything that metrics are made of. */
export interface MetricFacts extends Facts {
  readonly queue: QueueFacts;
  /** Whether sources of a type can be read in full: the others are never complete. */
  readonly readsInFull: (type: string) => boolean;
}

type Publish = (facts: MetricFacts) => void;

/**
 * Makes our own metrics.
 *
 * @returns what sets them all at once, so that a scrape beside it never sees half of them.
 */
export function createOwnMetrics(registry: Registry): Publish {
  const sets = [tasks, queue, sources, workers, counters].map((make) => make([registry]));
  return (facts) => sets.forEach((set) => set(facts));
}

function tasks(registers: Registry[]): Publish {
  const byStatus = new Gauge({
    name: 'rollcall_tasks',
    help: 'Tasks by status.',
    labelNames: ['status'],
    registers,
  });
  const waiting = new Gauge({
    name: 'rollcall_oldest_waiting_task_seconds',
    help: 'How long the oldest startable task has waited; 0 = none waits.',
    registers,
  });
  return (facts) => {
    for (const status of TASK_STATUSES) byStatus.set({ status }, facts.tasks.get(status) ?? 0);
    waiting.set(facts.oldestWaiting);
  };
}

function queue(registers: Registry[]): Publish {
  const up = new Gauge({ name: 'rollcall_queue_up', help: 'Whether the queue can be reached.', registers });
  const jobs = new Gauge({
    name: 'rollcall_queue_jobs',
    help: 'Jobs in the queue by state; absent while the queue is down.',
    labelNames: ['state'],
    registers,
  });
  return (facts) => {
    up.set(facts.queue === null ? 0 : 1);
    jobs.reset();
    for (const [state, count] of Object.entries(facts.queue ?? {})) jobs.set({ state }, count);
  };
}

function sources(registers: Registry[]): Publish {
  const aged = { labelNames: ['source', 'scheduled'] as const, registers };
  const complete = new Gauge({
    name: 'rollcall_source_last_complete_age_seconds',
    help: 'Seconds since the last complete sync of an enabled source; absent if there was none.',
    ...aged,
  });
  const never = new Gauge({
    name: 'rollcall_source_never_complete_age_seconds',
    help: 'Seconds since an enabled source that never synced completely was created.',
    ...aged,
  });
  const failing = new Gauge({
    name: 'rollcall_source_failing',
    help: '1 if the newest ended task of an enabled source failed.',
    labelNames: ['source'],
    registers,
  });
  return (facts) => {
    for (const gauge of [complete, never, failing]) gauge.reset();
    for (const source of facts.sources) {
      failing.set({ source: source.name }, source.failing ? 1 : 0);
      if (!facts.readsInFull(source.type)) continue;
      if (source.completeAge === null) never.set(agedLabels(source), source.age);
      else complete.set(agedLabels(source), source.completeAge);
    }
  };
}

function agedLabels({ name, scheduled }: SourceFact) {
  return { source: name, scheduled: String(scheduled) };
}

function workers(registers: Registry[]): Publish {
  const alive = new Gauge({ name: 'rollcall_workers_alive', help: 'Workers that were seen within 30 s.', registers });
  return (facts) => alive.set(facts.workersAlive);
}

const SWEEPS = [COUNTERS.rungAgain, COUNTERS.heldExpired, COUNTERS.takenOver] as const;

function counters(registers: Registry[]): Publish {
  const fenced = new Counter({
    name: 'rollcall_fenced_total',
    help: 'Writes that were refused because the worker had lost its task.',
    registers,
  });
  const sweeps = new Counter({
    name: 'rollcall_sweeps_total',
    help: 'Actions of the sweeper: jobs added again, held tasks expired, tasks of dead workers taken over.',
    labelNames: ['what'],
    registers,
  });
  const skipped = new Counter({
    name: 'rollcall_skipped_total',
    help: 'Skipped records of ended tasks, by code.',
    labelNames: ['code'],
    registers,
  });
  return (facts) => {
    for (const counter of [fenced, sweeps, skipped]) counter.reset();
    fenced.inc(facts.counters.get(COUNTERS.fenced) ?? 0);
    for (const what of SWEEPS) sweeps.inc({ what }, facts.counters.get(what) ?? 0);
    for (const [name, count] of facts.counters) {
      if (name.startsWith(SKIPPED_PREFIX)) skipped.inc({ code: name.slice(SKIPPED_PREFIX.length) }, count);
    }
  };
}
