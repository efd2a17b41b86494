import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SourceRecord } from '../../domain/record.js';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { type RandomCompany, randomCompany, spellCompany } from '../../testing/worlds/ldap-random-company.js';
import { pick, randomFrom, spellFilter, spellName } from '../../testing/worlds/ldap-spellings.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { ldapAdapter } from './ldap.adapter.js';

const describeWithSlapd = hasSlapd() ? describe : describe.skip;
const adapter = ldapAdapter({ egress: loopbackEgress });

/** Options that mean the same in every spelling. */
function spellConfig(slapd: Slapd, spelling: number): unknown {
  const random = randomFrom(spelling);
  const name = (attribute: string) => spellName(random, attribute);
  const attributes = {
    ...(random() < 0.5
      ? {}
      : { username: name('uid'), email: name('mail'), phone: name('mobile'), title: name('title') }),
    ...{ nickname: name('cn'), notes: name('description'), photo: name('jpegPhoto'), family: name('sn') },
    managerUid: name('manager'),
  };
  const filter = spellFilter(random, '(&(objectClass=inetOrgPerson)(|(uid=*)(cn=*))(!(uid=missing)))');
  return {
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'openldap' },
    ...{ baseDn: pick(random, [slapd.baseDn, 'DC=Example, DC=Org', '0.9.2342.19200300.100.1.25=example,dc=\\6frg']) },
    ...{ users: { filter, attributes }, departments: { attributes: { title: name('ou') } } },
    pageSize: pick(random, [1, 2, 7, 50, 1_000]),
  };
}

interface Found {
  readonly users: Readonly<Record<string, unknown>>;
  readonly departments: Readonly<Record<string, unknown>>;
}

async function readAll(slapd: Slapd, spelling: number): Promise<Found> {
  const config = adapter.configSchema.parse(spellConfig(slapd, spelling));
  const context = { sourceId: 'test', config, signal: new AbortController().signal };
  const found = { user: [] as SourceRecord[], department: [] as SourceRecord[] };
  for await (const message of adapter.read({ taskId: 't', mode: 'full', since: null, resumeFrom: null }, context)) {
    if (message.type === 'rejected') throw new Error(message.reason);
    if (message.type === 'records') found[message.kind as keyof typeof found].push(...message.records);
  }
  const byId = (records: readonly SourceRecord[]): Readonly<Record<string, unknown>> => {
    expect(records.flatMap(({ problems = [] }) => problems)).toEqual([]);
    return Object.fromEntries(records.map(({ externalId, data }) => [externalId as string, data]));
  };
  return { users: byId(found.user), departments: byId(found.department) };
}

function expected({ units, people }: RandomCompany): Found {
  return {
    users: Object.fromEntries(people.map(({ id, record }) => [id, record])),
    departments: Object.fromEntries(units.map(({ id, title, parentId }) => [id, { title, parentUid: parentId }])),
  };
}

describeWithSlapd('law: however a company is written down, a read finds the same people and the same tree', () => {
  const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  test('names of attributes, DNs, order of values and entries, base64, page sizes, filters', async () => {
    await fc.assert(
      fc.asyncProperty(seed, seed, seed, async (of, spelling, options) => {
        const company = randomCompany(of);
        const slapd = await startSlapd({ ldif: spellCompany(company, spelling) });
        try {
          expect(await readAll(slapd, options)).toEqual(expected(company));
          expect(await readAll(slapd, options + 1)).toEqual(expected(company));
        } finally {
          await slapd.stop();
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});
