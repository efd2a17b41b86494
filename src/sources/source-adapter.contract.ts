import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import pTimeout from 'p-timeout';
import { ShutdownError, SyncError } from '../domain/errors.js';
import type { RecordKind } from '../domain/record.js';
import type { SourceMessage } from '../domain/source-message.js';
import type { ReadMode } from '../domain/task.js';
import { listOptions } from '../testing/list-options.js';
import type { Hint, ReadRequest, SourceAdapter } from './source-adapter.js';

/** External ids by kind, as text. A kind that the options leave out has no entry. */
export type IdsByKind = Readonly<Record<RecordKind, readonly string[]>>;

/** A source in a known state, and the options, as an admin enters them, that reach it. */
export interface Scene {
  readonly adapter: SourceAdapter;
  readonly config: unknown;
}

/** The reason why a source of this type cannot be in a state; part of the test's name. */
interface Cannot {
  readonly cannot: string;
}

/**
 * Everything that the suite needs of one adapter. Each test creates its scenes again; a missing scene fails the suite.
 */
export interface AdapterFixture {
  /** A healthy source with enough records for several messages, and the ids that a read finds there. */
  whole(): Promise<Scene & { readonly ids: IdsByKind }>;
  /** A source that returns some records and then fails, inside the list of `kind`. */
  failing(): Promise<Scene & { readonly kind: RecordKind }>;
  /** A source that never finishes its answer; `asked` resolves when it receives the request. */
  hanging(): Promise<Scene & { readonly asked: Promise<void> }>;
  /** A source that lists the id `times` times. */
  duplicates:
    (() => Promise<Scene & { readonly kind: RecordKind; readonly id: string; readonly times: number }>) | Cannot;
  /** Options that the schema accepts and the source rejects; `hint` is what the message of `check` must contain. */
  bad: (() => Promise<readonly (Scene & { readonly name: string; readonly hint: RegExp })[]>) | Cannot;
  /**
   * Only for an adapter with the mode `delta`: `change` changes the source and returns what the next delta must
   * contain. `all` is everything that the source then has; only for an adapter whose deltas can be complete. `hints`
   * are the hints that an adapter with `hooks` makes of the calls that the change causes.
   */
  delta?: () => Promise<
    Scene & {
      change(): Promise<{
        readonly present: IdsByKind;
        readonly gone: IdsByKind;
        readonly all?: IdsByKind;
        readonly hints?: readonly Hint[];
      }>;
    }
  >;
  /** Paths of the secret options, e.g. `bindPassword` or `auth.token`. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** The adapter under test, and how its fixture is created. */
export interface AdapterContract {
  readonly name: string;
  create(): Promise<AdapterFixture>;
}

type Message = SourceMessage<unknown>;

const CHECK_MS = 10_000;
const STOP_MS = 1_000;
const MAX_BATCH = 1_000;

/** The rules that every adapter must keep. Run the suite against a real or fake source of the adapter. */
export function describeAdapterContract(contract: AdapterContract): void {
  describe(`adapter contract: ${contract.name}`, () => {
    let fixture: AdapterFixture;
    beforeAll(async () => {
      fixture = await contract.create();
    });
    afterAll(() => fixture?.close());
    const get = (): AdapterFixture => fixture;

    describeScenes(get);
    describeOptions(get);
    describeCheck(get);
    describeMessages(get);
    describeStop(get);
    describeTrouble(get);
    describeResume(get);
    describeDelta(get);
  });
}

function describeScenes(get: () => AdapterFixture): void {
  test('the fixture has every scene that the suite needs', async () => {
    const fixture = get();
    const { adapter, ids } = await fixture.whole();
    expect(typeof fixture.failing).toBe('function');
    expect(typeof fixture.hanging).toBe('function');
    for (const scene of [fixture.duplicates, fixture.bad]) {
      if (typeof scene !== 'function') expect(scene?.cannot ?? '').toMatch(/\w{3}/);
    }
    if (adapter.capabilities.modes.includes('delta')) expect(typeof fixture.delta).toBe('function');
    expect(Object.values(ids).flat().length).toBeGreaterThan(1);
    expect(adapter.capabilities.modes.length).toBeGreaterThan(0);
    expect(adapter.type).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(adapter.title).not.toBe('');
  });
}

function describeOptions(get: () => AdapterFixture): void {
  test('options: good ones pass, others and unknown keys are refused', async () => {
    const { adapter, config } = await get().whole();
    expect(adapter.configSchema.safeParse(config).success).toBe(true);
    const garbage: unknown[] = [null, 'text', 42, [], { ...(config as object), nonsenseOption: true }];
    for (const options of garbage) {
      expect({ options, success: adapter.configSchema.safeParse(options).success }).toEqual({
        options,
        success: false,
      });
    }
  });

  test('options: a JSON Schema describes them and marks the secrets', async () => {
    const { adapter } = await get().whole();
    const schema = z.toJSONSchema(adapter.configSchema, { io: 'input' });
    expect(schema.type).toBe('object');
    const found = listOptions(schema);
    expect(found.filter((option) => option.secret).map((option) => option.path)).toEqual([...get().secrets].sort());
    const looksSecret = found.filter((option) => /(password|secret|token|apikey)$/i.test(option.path));
    expect(looksSecret.filter((option) => !option.secret)).toEqual([]);
  });

  test('options: the schema says where the secrets are sent, or that their address is fixed', async () => {
    const { adapter } = await get().whole();
    const found = listOptions(z.toJSONSchema(adapter.configSchema, { io: 'input' }));
    const bound = found.filter((option) => option.secret && !option.fixed);
    if (bound.length > 0) expect(found.some((option) => option.destination)).toBe(true);
    const looksLikeOne = found.filter((option) =>
      /(^|\.)(\w*url|host|port|address|ca|startTls|serverName)$/i.test(option.path),
    );
    if (bound.length > 0) expect(looksLikeOne.filter((option) => !option.destination)).toEqual([]);
  });
}

function describeCheck(get: () => AdapterFixture): void {
  test('check: ok for good options, within 10 s', async () => {
    const scene = await get().whole();
    expect(await pTimeout(check(scene), { milliseconds: CHECK_MS })).toMatchObject({ ok: true });
  });

  test('check: answers what is wrong with bad options and does not throw, within 10 s', async () => {
    const { bad } = get();
    if (typeof bad !== 'function') return expectNoOptions(await get().whole());
    const scenes = await bad();
    expect(scenes.length).toBeGreaterThan(0);
    for (const scene of scenes) {
      const answer = await pTimeout(check(scene), { milliseconds: CHECK_MS });
      expect({ name: scene.name, ...answer }).toMatchObject({ name: scene.name, ok: false });
      if (answer.ok) continue;
      expect(answer.code).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(answer.hint).toMatch(scene.hint);
      expectNoSecret(answer.hint, scene, get().secrets);
    }
  });

  test('check: answers within 10 s if the source never answers', async () => {
    const scene = await get().hanging();
    await pTimeout(check(scene), { milliseconds: CHECK_MS });
  }, 15_000);
}

function describeMessages(get: () => AdapterFixture): void {
  test('read: finds every record, each with an id and with data that JSON can carry', async () => {
    const scene = await get().whole();
    const messages = await readAll(scene);
    expect(presentIds(messages)).toEqual(sorted(scene.ids));
    for (const message of messages) {
      if (message.type !== 'records') continue;
      expect(message.records.length).toBeGreaterThan(0);
      expect(message.records.length).toBeLessThanOrEqual(MAX_BATCH);
      for (const record of message.records) {
        expect(['string', 'number']).toContain(typeof record.externalId);
        expect(String(record.externalId)).not.toBe('');
        expect(JSON.parse(JSON.stringify(record.data))).toEqual(record.data);
      }
    }
  });

  test('read: yields only the kinds of its capabilities', async () => {
    const scene = await get().whole();
    for (const message of await readAll(scene)) {
      if ('kind' in message) expect(scene.adapter.capabilities.kinds).toContain(message.kind);
    }
  });

  test('R30: a full read yields complete exactly once for each kind, after all of its records', async () => {
    const scene = await get().whole();
    const messages = await readAll(scene);
    const completes = messages.filter((message) => message.type === 'complete');
    const full = scene.adapter.capabilities.modes.includes('full');
    expect(completes.map((message) => message.kind).sort()).toEqual(full ? Object.keys(scene.ids).sort() : []);
    for (const complete of completes) {
      expect(complete.evidence).not.toBe('');
      const after = messages.slice(messages.indexOf(complete) + 1);
      expect(after.filter((message) => 'kind' in message && message.kind === complete.kind)).toEqual([]);
    }
  });

  test('R40: the options require exactly the kinds that a full read reads to their end', async () => {
    const scene = await get().whole();
    const required = scene.adapter.requiredKinds?.(scene.adapter.configSchema.parse(scene.config));
    if (required) expect([...required].sort()).toEqual(Object.keys(scene.ids).sort());
  });

  test('read: the same read twice finds the same', async () => {
    const scene = await get().whole();
    const request = newRequest(scene);
    const first = presentIds(await collect(scene, request));
    expect(presentIds(await collect(scene, request))).toEqual(first);
  });

  test('read: cursors keep their meaning as JSON', async () => {
    const scene = await get().whole();
    for (const message of await readAll(scene)) {
      if (message.type !== 'checkpoint') continue;
      expect(scene.adapter.cursorSchema.parse(asJson(message.cursor))).toEqual(message.cursor);
    }
  });
}

function describeStop(get: () => AdapterFixture): void {
  test('R43: an abort in the middle stops the read within a second, without complete', async () => {
    const scene = await get().whole();
    const stop = new AbortController();
    const reader = openRead(scene, newRequest(scene), stop.signal);
    const first = await reader.next();
    expect(first.done).not.toBe(true);
    stop.abort(new ShutdownError());
    const rest = await pTimeout(drain(reader), { milliseconds: STOP_MS });
    expectStopped(rest, stop.signal);
  });

  test('R43: an abort ends a read that waits for its source within a second', async () => {
    const scene = await get().hanging();
    const stop = new AbortController();
    const messages: Message[] = [];
    const ended = drain(openRead(scene, newRequest(scene), stop.signal), messages);
    await scene.asked;
    await setImmediate();
    const before = messages.length;
    stop.abort(new ShutdownError());
    const end = await pTimeout(ended, { milliseconds: STOP_MS });
    expectStopped({ ...end, messages: messages.slice(before) }, stop.signal);
  });

  test('R43: a read with an aborted signal yields nothing', async () => {
    const scene = await get().whole();
    const signal = AbortSignal.abort(new ShutdownError());
    const end = await pTimeout(drain(openRead(scene, newRequest(scene), signal)), { milliseconds: STOP_MS });
    expect(end.messages.filter((message) => message.type !== 'total')).toEqual([]);
    expectStopped(end, signal);
  });

  test('read: a read that is closed early ends within a second', async () => {
    const scene = await get().whole();
    const reader = openRead(scene, newRequest(scene), new AbortController().signal);
    await reader.next();
    await pTimeout(Promise.resolve(reader.return?.()), { milliseconds: STOP_MS });
  });
}

function describeTrouble(get: () => AdapterFixture): void {
  test('R30: a source that breaks in the middle throws a typed error and proves no record absent', async () => {
    const scene = await get().failing();
    const end = await drain(openRead(scene, newRequest(scene), new AbortController().signal));
    expect(end.messages.filter((message) => message.type === 'records').length).toBeGreaterThan(0);
    expect(end.error).toBeInstanceOf(SyncError);
    expectNoSecret((end.error as Error).message, scene, get().secrets);
    expect(end.messages.filter((message) => message.type === 'complete' && message.kind === scene.kind)).toEqual([]);
  });

  test('R6: an id that the source lists twice is passed on twice', async () => {
    const { duplicates } = get();
    if (typeof duplicates !== 'function') return;
    const scene = await duplicates();
    const ids = presentIds(await readAll(scene))[scene.kind] ?? [];
    expect(ids.filter((id) => id === scene.id)).toHaveLength(scene.times);
  });
}

function describeResume(get: () => AdapterFixture): void {
  test('R42: a resumable read continues at any checkpoint, and both parts together are complete', async () => {
    const scene = await get().whole();
    const { capabilities } = scene.adapter;
    if (!capabilities.resumable) return;
    const request = newRequest(scene);
    const all = await collect(scene, request);
    const stops = all.flatMap((message, at) => (message.type === 'checkpoint' ? [at] : []));
    expect(stops.length).toBeGreaterThan(0);
    if (capabilities.modes.includes('full')) expect(all.slice(stops[0]).some(isRecords)).toBe(true);
    for (const stop of stops.slice(0, 5)) {
      const before = await collect(scene, request, stop + 1);
      const mark = before.at(-1);
      if (mark?.type !== 'checkpoint') throw new Error('The same read yielded other messages the second time.');
      const after = await collect(scene, { ...request, resumeFrom: asJson(mark.cursor) });
      expect(unique(presentIds([...before, ...after]))).toEqual(sorted(scene.ids));
      const completes = new Set(
        [...before, ...after].flatMap((message) => (message.type === 'complete' ? message.kind : [])),
      );
      if (request.mode === 'full') expect([...completes].sort()).toEqual(Object.keys(scene.ids).sort());
    }
  });
}

function describeDelta(get: () => AdapterFixture): void {
  test('delta: after a finished read, a delta yields the changes since then', async () => {
    const { delta } = get();
    if (!delta) return;
    const scene = await delta();
    const first = (await readAll(scene)).findLast((message) => message.type === 'checkpoint');
    if (first?.type !== 'checkpoint') throw new Error('A read that a delta can follow must end with a checkpoint.');
    const { present, gone, all, hints } = await scene.change();
    const given = hints ? { hints } : {};
    const messages = await collect(scene, { ...newRequest(scene, 'delta'), since: asJson(first.cursor), ...given });
    for (const [kind, ids] of Object.entries(present)) {
      expect(presentIds(messages)[kind]).toEqual(expect.arrayContaining([...ids]));
    }
    const completes = messages.flatMap((message) => (message.type === 'complete' ? [message.kind] : []));
    for (const [kind, ids] of Object.entries(gone)) expectGone(messages, kind, ids, completes.includes(kind));
    // R30: a delta may prove absence only if it names every record of the source.
    for (const kind of completes) expect(unique(seenIds(messages))[kind]).toEqual(sorted(all ?? {})[kind]);
    expect(messages.some((message) => message.type === 'checkpoint')).toBe(true);
  });
}

function expectGone(messages: readonly Message[], kind: RecordKind, ids: readonly string[], complete: boolean): void {
  const gone = goneIds(messages)[kind] ?? [];
  const seen = seenIds(messages)[kind] ?? [];
  for (const id of ids) expect(complete ? gone.includes(id) || !seen.includes(id) : gone.includes(id)).toBe(true);
}

function check(scene: Scene) {
  return scene.adapter.check(contextOf(scene, new AbortController().signal));
}

function contextOf(scene: Scene, signal: AbortSignal) {
  return { sourceId: 'contract-source', config: scene.adapter.configSchema.parse(scene.config), signal };
}

function newRequest(scene: Scene, wanted?: ReadMode): ReadRequest<unknown> {
  const mode = wanted ?? (scene.adapter.capabilities.modes.includes('full') ? 'full' : 'delta');
  return { taskId: randomUUID(), mode, since: null, resumeFrom: null };
}

function openRead(scene: Scene, request: ReadRequest<unknown>, signal: AbortSignal): AsyncIterator<Message> {
  return scene.adapter.read(request, contextOf(scene, signal))[Symbol.asyncIterator]();
}

function readAll(scene: Scene): Promise<Message[]> {
  return collect(scene, newRequest(scene));
}

async function collect(scene: Scene, request: ReadRequest<unknown>, atMost = Infinity): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of scene.adapter.read(request, contextOf(scene, new AbortController().signal))) {
    messages.push(message);
    if (messages.length >= atMost) break;
  }
  return messages;
}

interface ReadEnd {
  readonly messages: readonly Message[];
  /** undefined = it ended without an error. */
  readonly error: unknown;
}

async function drain(reader: AsyncIterator<Message>, messages: Message[] = []): Promise<ReadEnd> {
  try {
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) messages.push(next.value);
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error };
  }
}

function expectStopped(end: ReadEnd, signal: AbortSignal): void {
  expect(end.messages.filter((message) => message.type === 'complete')).toEqual([]);
  if (end.error !== undefined) expect(end.error).toBe(signal.reason);
}

function expectNoOptions(scene: Scene): void {
  const schema = z.toJSONSchema(scene.adapter.configSchema, { io: 'input' });
  expect(Object.keys(schema.properties ?? {})).toEqual([]);
}

function expectNoSecret(text: string, scene: Scene, paths: readonly string[]): void {
  for (const path of paths) {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], scene.config);
    if (typeof value === 'string' && value !== '') expect(text).not.toContain(value);
  }
}

function presentIds(messages: readonly Message[]): Record<RecordKind, string[]> {
  return byKind(messages, (message) => (message.type === 'records' ? message.records.map((r) => r.externalId) : []));
}

function seenIds(messages: readonly Message[]): Record<RecordKind, string[]> {
  return byKind(messages, (message) => {
    if (message.type === 'present') return message.externalIds;
    return message.type === 'records' ? message.records.map((record) => record.externalId) : [];
  });
}

function goneIds(messages: readonly Message[]): Record<RecordKind, string[]> {
  return byKind(messages, (message) => (message.type === 'tombstones' ? message.externalIds : []));
}

function byKind(
  messages: readonly Message[],
  idsOf: (message: Message) => readonly unknown[],
): Record<RecordKind, string[]> {
  const found: Record<RecordKind, string[]> = {};
  for (const message of messages) {
    const ids = idsOf(message).map(String);
    if ('kind' in message && ids.length > 0) found[message.kind] = [...(found[message.kind] ?? []), ...ids].sort();
  }
  return found;
}

function sorted(ids: IdsByKind): Record<RecordKind, string[]> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([kind, list]) => (list.length > 0 ? [[kind, [...list].sort()]] : [])),
  );
}

function unique(ids: IdsByKind): Record<RecordKind, string[]> {
  return Object.fromEntries(Object.entries(ids).map(([kind, list]) => [kind, [...new Set(list)]]));
}

const isRecords = (message: Message): boolean => message.type === 'records';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
