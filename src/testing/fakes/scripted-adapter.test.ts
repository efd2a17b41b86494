import { describe, expect, test } from '@jest/globals';
import { SourceRateLimitedError, SourceUnavailableError } from '../../domain/errors.js';
import { type AdapterFixture, describeAdapterContract } from '../../sources/source-adapter.contract.js';
import type { ReadRequest } from '../../sources/source-adapter.js';
import {
  completeMessage,
  recordsMessage,
  Script,
  scriptedAdapter,
  type ScriptedConfig,
  type ScriptedCursor,
  type ScriptedMessage,
} from './scripted-adapter.js';
import { syntheticUser } from './synthetic-source.js';

const company: readonly ScriptedMessage[] = [
  recordsMessage('department', [{ uid: 'd1', title: 'Head office' }]),
  completeMessage('department'),
  recordsMessage('user', [{ uid: 'u1' }, { uid: 'u2' }]),
  recordsMessage('user', [{ uid: 'u3' }]),
  completeMessage('user'),
];
const ids = { department: ['d1'], user: ['u1', 'u2', 'u3'] };

function scripted(prepare: (script: Script) => void = () => undefined) {
  const script = new Script();
  script.full = company;
  prepare(script);
  return { script, adapter: scriptedAdapter({ scripts: { default: script } }), config: {} };
}

const failing = () =>
  Promise.resolve({ ...scripted((script) => script.failAfter(3, new SourceUnavailableError('gone'))), kind: 'user' });

const fixture: AdapterFixture = {
  whole: () => Promise.resolve({ ...scripted(), ids }),
  failing,
  hanging() {
    const scene = scripted();
    return Promise.resolve({ ...scene, asked: scene.script.pauseAfter(3).reached });
  },
  duplicates: () =>
    Promise.resolve({
      ...scripted((script) => (script.full = [...company.slice(0, 4), ...company.slice(2)])),
      kind: 'user',
      id: 'u2',
      times: 2,
    }),
  bad: () => Promise.resolve([{ ...scripted(), config: { script: 'other' }, name: 'no such script', hint: /"other"/ }]),
  delta() {
    const scene = scripted();
    return Promise.resolve({
      ...scene,
      change() {
        scene.script.delta = [
          recordsMessage('user', [{ uid: 'u4' }]),
          { type: 'tombstones', kind: 'user', externalIds: ['u1'] },
        ];
        return Promise.resolve({ present: { user: ['u4'] }, gone: { user: ['u1'] } });
      },
    });
  },
  secrets: [],
  close: () => Promise.resolve(),
};

describeAdapterContract({ name: 'scripted', create: () => Promise.resolve(fixture) });

const synthetic = { users: 25, departments: 9, pageSize: 4 };

describeAdapterContract({
  name: 'scripted, synthetic',
  create: () =>
    Promise.resolve({
      ...fixture,
      whole: () =>
        Promise.resolve({
          adapter: scriptedAdapter(),
          config: { synthetic },
          ids: {
            user: Array.from({ length: 25 }, (_, index) => `u${String(index).padStart(7, '0')}`),
            department: Array.from({ length: 9 }, (_, index) => `d${String(index).padStart(6, '0')}`),
          },
        }),
    }),
});

describe('scripted adapter', () => {
  test('a fault happens at its place as often as asked, then the read goes on', async () => {
    const { adapter, script } = scripted((one) => one.failAfter(2, new SourceRateLimitedError(50), 2));
    await expect(readIds(adapter, {}, {})).rejects.toBeInstanceOf(SourceRateLimitedError);
    await expect(readIds(adapter, {}, { resumeFrom: { at: 2 } })).rejects.toBeInstanceOf(SourceRateLimitedError);
    expect(await readIds(adapter, {}, { resumeFrom: { at: 2 } })).toEqual(['u1', 'u2', 'u3']);
    expect(script.requests.map((request) => request.resumeFrom)).toEqual([null, { at: 2 }, { at: 2 }]);
  });

  test('a gate holds the read until it is opened', async () => {
    const { adapter, script } = scripted();
    const gate = script.pauseAfter(4);
    const read = readIds(adapter, {}, {});
    await gate.reached;
    gate.open();
    expect(await read).toEqual(['d1', 'u1', 'u2', 'u3']);
  });

  test('the synthetic source changes the share of users that is asked for, and a delta has just these', async () => {
    const options = { users: 10_000, departments: 10, changedPercent: 1, seed: 3 };
    const changed = await readIds(scriptedAdapter(), { synthetic: options }, { mode: 'delta' });
    expect(changed.length).toBeGreaterThan(60);
    expect(changed.length).toBeLessThan(140);
    const index = Number(changed[0]?.slice(1));
    expect(syntheticUser(index, options)).not.toEqual(syntheticUser(index, { ...options, changedPercent: 0 }));
    expect(syntheticUser(5, options)).toEqual(syntheticUser(5, options));
  });
});

type Adapter = ReturnType<typeof scriptedAdapter>;

async function readIds(adapter: Adapter, config: ScriptedConfig, asked: Partial<ReadRequest<ScriptedCursor>>) {
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null, ...asked } as const;
  const context = { sourceId: 's', config, signal: new AbortController().signal };
  const found: string[] = [];
  for await (const message of adapter.read(request, context)) {
    if (message.type === 'records') found.push(...message.records.map((record) => String(record.externalId)));
  }
  return found;
}
