import { describe, expect, test } from '@jest/globals';
import { SourceUnavailableError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { type AdapterFixture, describeAdapterContract } from '../source-adapter.contract.js';
import { pushAdapter } from './push.adapter.js';
import type { InboxPush, PushInbox } from './push-inbox.js';

/** An inbox in memory that keeps the rules of the real one. */
class MemoryInbox implements PushInbox {
  private waiting: InboxPush[] = [];
  private readonly owned = new Map<string, InboxPush[]>();

  add(push: Partial<InboxPush> & { readonly records: readonly unknown[] }): this {
    const pushId = `push-${this.waiting.length + [...this.owned.values()].flat().length + 1}`;
    this.waiting.push({ pushId, kind: 'user', matchKey: null, ...push });
    return this;
  }

  claim(taskId: string): Promise<void> {
    this.owned.set(taskId, [...(this.owned.get(taskId) ?? []), ...this.waiting]);
    this.waiting = [];
    return Promise.resolve();
  }

  async *read(taskId: string): AsyncGenerator<InboxPush> {
    for (const push of this.owned.get(taskId) ?? []) yield await this.take(push);
  }

  async *peek(): AsyncGenerator<InboxPush> {
    for (const push of this.waiting) yield await this.take(push);
  }

  protected take(push: InboxPush): Promise<InboxPush> {
    return Promise.resolve(push);
  }
}

/** Fails at the second push. */
class BreakingInbox extends MemoryInbox {
  protected override take(push: InboxPush): Promise<InboxPush> {
    return push.pushId === 'push-2' ? Promise.reject(new SourceUnavailableError('The inbox broke.')) : super.take(push);
  }
}

/** Never returns its first push. */
class HangingInbox extends MemoryInbox {
  ask = (): void => undefined;
  readonly asked = new Promise<void>((resolve) => (this.ask = resolve));
  protected override take(): Promise<InboxPush> {
    this.ask();
    return new Promise(() => undefined);
  }
}

const scene = (inbox: PushInbox) => ({ adapter: pushAdapter({ inbox }), config: {} });
const people = (...uids: unknown[]) => uids.map((uid) => ({ uid, nickname: `Person ${String(uid)}` }));

const fixture: AdapterFixture = {
  whole() {
    const inbox = new MemoryInbox()
      .add({ kind: 'department', records: [{ uid: 'd1', title: 'Head office' }] })
      .add({ records: people('u1', 2) })
      .add({ records: people('u3'), matchKey: 'email' });
    return Promise.resolve({ ...scene(inbox), ids: { department: ['d1'], user: ['u1', '2', 'u3'] } });
  },
  failing: () =>
    Promise.resolve({
      ...scene(new BreakingInbox().add({ records: people('u1') }).add({ records: people('u2') })),
      kind: 'user',
    }),
  hanging() {
    const inbox = new HangingInbox().add({ records: people('u1') });
    return Promise.resolve({ ...scene(inbox), asked: inbox.asked });
  },
  duplicates: () =>
    Promise.resolve({
      ...scene(new MemoryInbox().add({ records: people('u1', 'u2', 'u1') })),
      kind: 'user',
      id: 'u1',
      times: 2,
    }),
  bad: { cannot: 'a push source has no options' },
  delta() {
    const inbox = new MemoryInbox().add({ records: people('u1') });
    const change = () => {
      inbox.add({ records: [...people('u2'), { uid: 'u1', isDeleted: true }] });
      return Promise.resolve({ present: { user: ['u2'] }, gone: { user: ['u1'] } });
    };
    return Promise.resolve({ ...scene(inbox), change });
  },
  secrets: [],
  close: () => Promise.resolve(),
};

describeAdapterContract({ name: 'push', create: () => Promise.resolve(fixture) });

describe('push adapter', () => {
  test('R6: messages keep the order of the records, so that the last word wins', async () => {
    const records = [
      { uid: 'a' },
      { uid: 'a', isDeleted: true },
      { uid: 'b', isDeleted: true },
      { uid: 'a', title: 'X' },
    ];
    expect(await read(new MemoryInbox().add({ records }))).toEqual([
      { type: 'records', kind: 'user', origin: 'push-1', records: [{ externalId: 'a', data: { uid: 'a' }, place: 0 }] },
      { type: 'tombstones', kind: 'user', origin: 'push-1', externalIds: ['a', 'b'], places: [1, 2] },
      {
        type: 'records',
        kind: 'user',
        origin: 'push-1',
        records: [{ externalId: 'a', data: { uid: 'a', title: 'X' }, place: 3 }],
      },
      { type: 'checkpoint', cursor: {} },
    ]);
  });

  test.each([['true'], ['false'], [1], [0], ['0'], [{}], ['']])(
    'R4: isDeleted %j deletes no user, the record is refused',
    async (isDeleted) => {
      const messages = await read(new MemoryInbox().add({ records: [{ uid: 7, isDeleted }] }));
      expect(messages[0]).toMatchObject({
        type: 'rejected',
        externalId: '7',
        code: 'invalid_boolean',
        origin: 'push-1',
      });
      expect(messages).toHaveLength(2);
    },
  );

  test.each([[false], [null], [undefined]])('R4: isDeleted %j means present', async (isDeleted) => {
    const messages = await read(new MemoryInbox().add({ records: [{ uid: 'a', isDeleted }] }));
    expect(messages[0]).toMatchObject({ type: 'records' });
  });

  test.each([
    [{ nickname: 'x' }, 'missing_uid'],
    [{ uid: null }, 'missing_uid'],
    [{ uid: '', isDeleted: true }, 'missing_uid'],
    ['text', 'invalid_record'],
    [null, 'invalid_record'],
    [['a'], 'invalid_record'],
  ])('R7: %j is refused and the others go on', async (record, code) => {
    const messages = await read(new MemoryInbox().add({ records: [{ uid: 'a' }, record, { uid: 'b' }] }));
    expect(messages.map((message) => message.type)).toEqual(['records', 'rejected', 'records', 'checkpoint']);
    expect(messages[1]).toMatchObject({ externalId: null, code });
  });

  test('R35: a dry run reads what waits and takes none of it', async () => {
    const inbox = new MemoryInbox().add({ records: [{ uid: 'a' }] }).add({ records: [{ uid: 'b', isDeleted: true }] });
    const looked = await read(inbox, true);
    expect(looked.map((message) => message.type)).toEqual(['records', 'tombstones', 'checkpoint']);
    expect(await read(inbox)).toEqual(looked);
    expect(await read(inbox, true)).toEqual([{ type: 'checkpoint', cursor: {} }]);
  });

  test('R10: a push that names a match key gives it to its records', async () => {
    const [message] = await read(new MemoryInbox().add({ records: [{ uid: 'a' }], matchKey: 'email' }));
    expect(message).toMatchObject({ records: [{ externalId: 'a', matchKeys: ['email'] }] });
  });

  test('the kind of a plugin passes, and big pushes come in messages of at most 1,000', async () => {
    const records = people(...Array.from({ length: 2_500 }, (_, index) => index));
    const messages = await read(new MemoryInbox().add({ kind: 'badge', records }));
    const sizes = messages.map((message) =>
      message.type === 'records' ? [message.kind, message.records.length] : null,
    );
    expect(sizes).toEqual([['badge', 1_000], ['badge', 1_000], ['badge', 500], null]);
  });
});

async function read(inbox: PushInbox, dryRun = false): Promise<SourceMessage<unknown>[]> {
  const request = { taskId: 't1', mode: 'delta', since: null, resumeFrom: null, dryRun } as const;
  const context = { sourceId: 's1', config: {}, signal: new AbortController().signal };
  const messages: SourceMessage<unknown>[] = [];
  for await (const message of pushAdapter({ inbox }).read(request, context)) messages.push(message);
  return messages;
}
