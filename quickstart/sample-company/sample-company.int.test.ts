import { describe, expect, test } from '@jest/globals';
import { departmentRecord } from '../../src/domain/department-record.js';
import type { SourceMessage } from '../../src/domain/source-message.js';
import { userRecord } from '../../src/domain/user-record.js';
import { csvAdapter } from '../../src/sources/csv/csv.adapter.js';

async function readCompany(): Promise<SourceMessage<unknown>[]> {
  const adapter = csvAdapter({ root: import.meta.dirname });
  const options = { users: { file: 'users.csv' }, departments: { file: 'departments.csv' } };
  const context = {
    sourceId: 'sample',
    config: adapter.configSchema.parse(options),
    signal: new AbortController().signal,
  };
  const messages: SourceMessage<unknown>[] = [];
  const request = { taskId: 'sample', mode: 'full', since: null, resumeFrom: null } as const;
  for await (const message of adapter.read(request, context)) messages.push(message);
  return messages;
}

async function readRecords(kind: string) {
  const messages = await readCompany();
  return messages.flatMap((one) => (one.type === 'records' && one.kind === kind ? one.records : []));
}

describe('the sample company', () => {
  test('is read whole, without a bad row', async () => {
    const messages = await readCompany();
    expect(messages.filter((message) => message.type === 'rejected')).toEqual([]);
    expect(messages.flatMap((message) => (message.type === 'complete' ? [message.kind] : []))).toEqual([
      ...['department', 'user'],
    ]);
  });

  test('has 40 departments in one tree, four levels deep', async () => {
    const records = await readRecords('department');
    const parents = new Map(
      records.map((one) => [one.externalId, departmentRecord.parse(one.data)['parentUid'] as string | null]),
    );
    const depth = (id: unknown): number => 1 + (parents.get(id) ? depth(parents.get(id)) : 0);
    expect(parents.size).toBe(40);
    expect([...parents.values()].filter((parent) => parent === null)).toHaveLength(1);
    expect(Math.max(...[...parents.keys()].map(depth))).toBe(4);
  });

  test('has 300 people of its departments, whose managers are among them', async () => {
    const known = new Set((await readRecords('department')).map((one) => one.externalId));
    const records = await readRecords('user');
    const uids = new Set(records.map((one) => one.externalId));
    const people = records.map((one) => userRecord.parse(one.data));
    expect(uids.size).toBe(300);
    expect(people.filter((one) => one['managerUid'] === null)).toHaveLength(1);
    for (const { managerUid, email, departments } of people) {
      if (managerUid !== null) expect(uids).toContain(managerUid);
      expect(email).toMatch(/^[a-z0-9.]+@example\.com$/);
      for (const { uid } of departments as { uid: string }[]) expect(known).toContain(uid);
    }
    expect(people.filter((one) => (one['departments'] as unknown[]).length > 1).length).toBeGreaterThan(20);
  });

  test('has no duplicate people', async () => {
    const people = (await readRecords('user')).map((one) => userRecord.parse(one.data));
    for (const field of ['username', 'email', 'phone']) {
      const values = people.map((one) => one[field]).filter((value) => value !== null);
      expect(new Set(values).size).toBe(values.length);
    }
  });
});
