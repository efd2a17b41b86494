import { randomBytes } from 'node:crypto';
import { createAccount } from '../../access/accounts/account.store.js';
import { saveSecondFactor } from '../../access/second-factor/second-factor.store.js';
import { openFactorSecret, sealFactorSecret } from '../../access/second-factor/second-factor-secret.js';
import { createKeyring } from '../sealing/keyring.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { countKeysInUse, keysNotOn } from './keys-in-use.store.js';
import { rotateSecondFactors } from './rotate-second-factors.store.js';

const [k1, k2] = [
  { id: 'k1', key: randomBytes(32) },
  { id: 'k2', key: randomBytes(32) },
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function addPerson(username: string): Promise<{ id: string; secret: Buffer }> {
  const { prisma } = database.db;
  const id = (await createAccount(prisma, { username, role: 'viewer', passwordHash: '', createdBy: 'test' }))!;
  const secret = randomBytes(20);
  const sealed = sealFactorSecret(createKeyring([k1]), id, secret);
  await saveSecondFactor(prisma, { accountId: id, secret: sealed, lastStep: 7, recoveryHashes: [] }, null);
  return { id, secret };
}
const inUse = () => countKeysInUse(database.db.prisma);
const rowOf = (accountId: string) => database.db.prisma.secondFactor.findUniqueOrThrow({ where: { accountId } });

test('the secrets of second factors come to the newest key, once, and stay what they were', async () => {
  const people = [await addPerson('ada'), await addPerson('bob')];
  expect(await inUse()).toEqual(new Map([['k1', 2]]));
  expect(keysNotOn(createKeyring([k2]), await inUse())).toEqual(['k1']);
  const without = await rotateSecondFactors(database.db, createKeyring([k2]));
  expect(without).toMatchObject({ seen: 2, changed: 0, failed: [{ account: 'ada' }, { account: 'bob' }] });
  const before = await rowOf(people[0]!.id);

  const both = createKeyring([k2, k1]);
  expect(await rotateSecondFactors(database.db, both)).toEqual({ seen: 2, changed: 2, failed: [] });
  expect(await rotateSecondFactors(database.db, both)).toEqual({ seen: 2, changed: 0, failed: [] });
  expect(await inUse()).toEqual(new Map([['k2', 2]]));
  for (const { id, secret } of people)
    expect(openFactorSecret(createKeyring([k2]), id, (await rowOf(id)).secret)).toEqual(secret);
  expect(await rowOf(people[0]!.id)).toEqual({ ...before, secret: expect.stringMatching(/^k2:/) });
  expect(await database.db.prisma.auditEntry.count({ where: { action: 'account.rotate' } })).toBe(2);
});
