import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CursorExpiredError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { ldifEntry, type LdifAttributes } from '../../testing/servers/slapd-ldif.js';
import { hasSlapd, type Slapd, startSlapd } from '../../testing/servers/slapd.js';
import { formatGuid } from './entry-id.js';
import { toFileTime } from './is-account-active.js';
import { ldapAdapter } from './ldap.adapter.js';
import type { LdapCursor } from './ldap-config.js';

/** A slapd with the attributes, filters, change numbers and root DSE of Active Directory, without its behaviour. */
const describeWithSlapd = hasSlapd() ? describe : describe.skip;

const adapter = ldapAdapter({ egress: loopbackEgress });
const BASE = 'dc=example,dc=org';
const UNIT = `ou=销售\\, EMEA,${BASE}`;
const TEAM = `ou=Team,${UNIT}`;
const guid = (at: number) => Buffer.from(`41680${at}0cac186e4fb54c88e409272c69`, 'hex');
const id = (at: number) => formatGuid(guid(at))!;

const unit = (dn: string, ou: string, attributes: LdifAttributes) =>
  ldifEntry(dn, { objectClass: ['organizationalUnit', 'managedUnit'], ou, ...attributes });
const user = (cn: string, parent: string, attributes: LdifAttributes) =>
  ldifEntry(`cn=${cn},${parent}`, {
    ...{ objectClass: 'user', objectCategory: 'person', cn, sn: cn, sAMAccountName: cn.toLowerCase() },
    ...attributes,
  });

const LDIF = [
  unit(UNIT, '销售, EMEA', { objectGUID: guid(1), uSNChanged: '10', managedBy: `cn=Anna,${TEAM}` }),
  unit(TEAM, 'Team', { objectGUID: guid(2), uSNChanged: '11' }),
  user('Anna', TEAM, { objectGUID: guid(3), uSNChanged: '12', userAccountControl: '512', mail: 'anna@x.org' }),
  user('Bob', TEAM, {
    ...{ objectGUID: guid(4), uSNChanged: '13', userAccountControl: '514', userPrincipalName: 'bob@x.org' },
    manager: `cn=Anna,${TEAM}`,
  }),
  user('Eve', UNIT, { objectGUID: guid(5), uSNChanged: '14', userAccountControl: '512', accountExpires: '9' }),
  user('PC1', UNIT, { objectGUID: guid(6), uSNChanged: '15', objectCategory: 'computer' }),
  ldifEntry(`cn=DC1,${BASE}`, { objectClass: 'nTDSDSA', cn: 'DC1', invocationId: guid(7) }),
].join('');

const ROOT_DSE = `highestCommittedUSN: 20\ndsServiceName: cn=DC1,${BASE}`;

async function read(slapd: Slapd, since: LdapCursor | null = null): Promise<SourceMessage<LdapCursor>[]> {
  const config = adapter.configSchema.parse({
    ...{ url: slapd.url, bindDn: slapd.readerDn, bindPassword: slapd.readerPassword, preset: 'ad' },
    ...{ baseDn: slapd.baseDn, users: {}, departments: {} },
  });
  const context = { sourceId: 'test', config, signal: new AbortController().signal };
  const messages: SourceMessage<LdapCursor>[] = [];
  const mode = since === null ? 'full' : 'delta';
  for await (const one of adapter.read({ taskId: 't', mode, since, resumeFrom: null }, context)) messages.push(one);
  return messages;
}

const recordsOf = (messages: readonly SourceMessage<LdapCursor>[], kind: string) =>
  Object.fromEntries(
    messages
      .flatMap((one) => (one.type === 'records' && one.kind === kind ? one.records : []))
      .map(({ externalId, data }) => [externalId as string, data]),
  );

function cursorOf(messages: readonly SourceMessage<LdapCursor>[]): LdapCursor {
  const last = messages.at(-1);
  if (last?.type !== 'checkpoint') throw new Error('The read did not end with a checkpoint.');
  return last.cursor;
}

describeWithSlapd("the preset ad, against a slapd in Active Directory's clothes", () => {
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startSlapd({ ldif: LDIF, rootDse: ROOT_DSE });
  });
  afterAll(() => slapd?.stop());

  test('units and people with GUIDs, accounts by their state, no computers', async () => {
    const messages = await read(slapd);
    expect(recordsOf(messages, 'department')).toEqual({
      [id(1)]: { title: '销售, EMEA', parentUid: null },
      [id(2)]: { title: 'Team', parentUid: id(1) },
    });
    const nothing = { phone: null, title: null };
    const team = { uid: id(2), isMain: true, isOwner: false };
    expect(recordsOf(messages, 'user')).toEqual({
      [id(3)]: {
        ...{ username: 'anna', nickname: 'Anna', email: 'anna@x.org', managerUid: null, active: true, ...nothing },
        departments: [team, { uid: id(1), isMain: false, isOwner: true }],
      },
      [id(4)]: {
        ...{ username: 'bob', nickname: 'Bob', email: 'bob@x.org', managerUid: id(3), active: false, ...nothing },
        departments: [team],
      },
      [id(5)]: {
        ...{ username: 'eve', nickname: 'Eve', email: null, managerUid: null, active: false, ...nothing },
        departments: [{ uid: id(1), isMain: true, isOwner: false }],
      },
    });
    expect(cursorOf(messages).position).toMatchObject({ usn: '20', server: `cn=DC1,${BASE}`, invocationId: id(7) });
  });

  test('a delta reads what has a higher change number or ran out since, and names the others', async () => {
    const cursor = cursorOf(await read(slapd));
    const yesterday = { ...cursor, position: { ...cursor.position, readAt: '2026-01-01T00:00:00.000Z' } } as LdapCursor;
    await slapd.replace(`cn=Bob,${TEAM}`, { uSNChanged: '21', userAccountControl: '512' });
    const ranOut = toFileTime(Date.UTC(2026, 0, 2)).toString();
    await slapd.replace(`cn=Eve,${UNIT}`, { accountExpires: ranOut });
    const delta = await read(slapd, yesterday);
    expect(recordsOf(delta, 'user')).toMatchObject({ [id(4)]: { active: true }, [id(5)]: { active: false } });
    expect(delta.filter((one) => one.type === 'present')).toEqual([
      { type: 'present', kind: 'user', externalIds: [id(3)] },
    ]);
  });

  test('a moved unit: everyone is read though no person has a higher change number', async () => {
    const cursor = cursorOf(await read(slapd));
    await slapd.rename(TEAM, `ou=Team,${BASE}`);
    const delta = await read(slapd, cursor);
    expect(Object.keys(recordsOf(delta, 'user'))).toHaveLength(3);
    expect(recordsOf(delta, 'department')[id(2)]).toMatchObject({ parentUid: null });
    await slapd.rename(`ou=Team,${BASE}`, TEAM);
  });

  test('another domain controller makes the cursor worthless', async () => {
    const cursor = cursorOf(await read(slapd));
    await slapd.replace(`cn=DC1,${BASE}`, { invocationId: 'another 16 bytes' });
    await expect(read(slapd, cursor)).rejects.toThrow(CursorExpiredError);
  });
});
