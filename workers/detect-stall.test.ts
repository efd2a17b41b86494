import { detectStall, type Look, type StallMemory } from './detect-stall.js';

const LIMITS = { stallAfterMs: 120_000, maxGapMs: 30_000 };
const STILL = { startable: ['a'], freeSlots: 1, claims: 7, queue: 'up' } as const;

/** Looks each 10 s and lists what was found at which second. */
function watch(seconds: number, lookAt: (second: number) => Partial<Look>): string[] {
  const found: string[] = [];
  let memory: StallMemory | null = null;
  for (let second = 0; second <= seconds; second += 10) {
    const look = { ...STILL, at: second * 1_000, ...lookAt(second) };
    const { verdict, waiting, memory: next } = detectStall(memory, look, LIMITS);
    memory = next;
    if (verdict !== 'fine') found.push(`${second} ${verdict} ${waiting.join(' ')}`);
  }
  return found;
}

test('a worker with room that begins nothing for 2 minutes while a task waits is stuck, and not a look before', () => {
  expect(watch(120, () => ({}))).toEqual(['120 stuck a']);
  expect(watch(110, () => ({}))).toEqual([]);
});

test.each<[string, (second: number) => Partial<Look>]>([
  ['nothing waits', () => ({ startable: [] })],
  ['it is busy with its own concurrency', () => ({ freeSlots: 0 })],
  ['it was busy once in between', (second) => (second === 60 ? { freeSlots: 0 } : {})],
  ['it begins something now and then', (second) => ({ claims: Math.floor(second / 100) })],
  ['other workers take what comes', (second) => ({ startable: [`t${second}`, `t${second + 10}`] })],
  ['the task was gone once', (second) => (second === 60 ? { startable: [] } : {})],
  ['the queue was down once', (second) => (second === 60 ? { queue: 'down' } : {})],
])('it is fine while %s', (_, lookAt) => {
  expect(watch(170, lookAt)).toEqual([]);
});

test('only the tasks that waited all the time are named', () => {
  expect(watch(120, (second) => ({ startable: ['a', `t${second}`] }))).toEqual(['120 stuck a']);
});

test.each([
  ['down', 'queue_down'],
  ['paused', 'queue_paused'],
] as const)('a queue that is %s is logged once in 2 minutes and never ends the worker', (queue, verdict) => {
  expect(watch(250, () => ({ queue }))).toEqual([`120 ${verdict} a`, `250 ${verdict} a`]);
});

test('a process that was stopped itself begins anew: it must have its chance first', () => {
  const asleep = (second: number) => ({ at: second * 1_000 + (second > 60 ? 600_000 : 0) });
  expect(watch(180, asleep)).toEqual([]);
  expect(watch(190, asleep)).toEqual(['190 stuck a']);
});
