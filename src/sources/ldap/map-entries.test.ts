import { describe, expect, test } from '@jest/globals';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { dnKey, parseDn } from './dn.js';
import type { DirectoryIndex, KindIndex } from './index-directory.js';
import { ldapConfigSchema } from './ldap-config.js';
import type { LdapEntry } from './ldap-entry.js';
import { mapDepartment } from './map-fields.js';
import { mapUser } from './map-user.js';
import { planRead } from './read-plan.js';

const SALES = 'ou=Sales\\, EMEA,dc=x';
const TEAM = `ou=团队,${SALES}`;
const BOSS = `cn=Ng\\, Amy,${SALES}`;

const keyOf = (dn: string) => dnKey(parseDn(dn) ?? []);
const kindIndex = (ids: Record<string, string>): KindIndex => ({
  ids: new Map(Object.entries(ids).map(([dn, id]) => [keyOf(dn), id])),
  withoutId: [],
  evidence: '',
});

const INDEX: DirectoryIndex = {
  departments: kindIndex({ [SALES]: 'd-sales', [TEAM]: 'd-team' }),
  users: kindIndex({ [BOSS]: 'u-boss' }),
  owned: new Map([[keyOf(BOSS), ['d-team', 'd-sales']]]),
  places: new Map(),
  containers: new Set(),
};

type Overrides = Record<string, string | null>;

function plan(preset: 'openldap' | 'ad', users: Overrides = {}, departments: Overrides | null = {}) {
  return planRead(
    ldapConfigSchema.parse({
      ...{ url: 'ldap://x', bindDn: 'cn=r', bindPassword: 'p', preset, baseDn: 'dc=x' },
      users: { attributes: users },
      departments: departments && { attributes: departments },
    }),
  );
}

function user(entry: LdapEntry, { preset = 'openldap', attributes = {} }: Partial<UserCase> = {}, index = INDEX) {
  const { users } = plan(preset, attributes);
  return mapUser(entry, { plan: users, index, ownersKnown: true, nowMs: Date.UTC(2026, 0, 1) }).data;
}

interface UserCase {
  readonly preset: 'openldap' | 'ad';
  readonly attributes: Overrides;
}

describe('users', () => {
  test('R3: what the entry has comes out, what it lacks is null, and active is not claimed', () => {
    const entry = entryOf(`cn=a,${TEAM}`, { UID: 'a', cn: 'Anna', mail: ['a@x.org', 'b@x.org'], telephoneNumber: '1' });
    expect(user(entry)).toEqual({
      ...{ username: 'a', nickname: 'Anna', email: 'a@x.org', phone: '1', title: null, managerUid: null },
      departments: [{ uid: 'd-team', isMain: true, isOwner: false }],
    });
  });

  test('the better attribute wins over its stand-in, a blank one does not', () => {
    const both = { displayName: 'Anna M.', cn: 'Anna', mobile: '2', telephoneNumber: '1' };
    expect(user(entryOf(`cn=a,${TEAM}`, both))).toMatchObject({ nickname: 'Anna M.', phone: '2' });
    expect(user(entryOf(`cn=a,${TEAM}`, { ...both, displayName: ' ' }))).toMatchObject({ nickname: 'Anna' });
  });

  test('a manager is found however the DN is written, and is null outside the source', () => {
    const managed = (manager: string) => user(entryOf(`cn=a,${TEAM}`, { manager }))['managerUid'];
    expect(managed('CN=ng\\2c  amy, OU=SALES\\, emea,DC=X')).toBe('u-boss');
    expect(managed('cn=else,dc=y')).toBeNull();
    expect(managed('E-1')).toBe('E-1');
  });

  test('an owner gets the unit of the entry as main and the owned units beside it', () => {
    expect(user(entryOf(BOSS))['departments']).toEqual([
      { uid: 'd-sales', isMain: true, isOwner: true },
      { uid: 'd-team', isMain: false, isOwner: true },
    ]);
  });

  test('R3: outside of every unit means no memberships; a source without departments says nothing of them', () => {
    expect(user(entryOf('cn=a,dc=x'))['departments']).toEqual([]);
    const { users } = plan('openldap', {}, null);
    const index = { ...INDEX, departments: null, owned: new Map() };
    const data = mapUser(entryOf('cn=a,dc=x'), { plan: users, index, ownersKnown: false, nowMs: 0 }).data;
    expect(data).not.toHaveProperty('departments');
  });

  test('attributes override, switch off and add; added fields keep all values', () => {
    const attributes = { username: 'employeeNumber', title: null, teams: 'departmentNumber', room: 'roomNumber' };
    const entry = entryOf(`cn=a,${TEAM}`, { employeeNumber: '7', title: 'Boss', departmentNumber: ['1', '2'] });
    const data = user(entry, { attributes });
    expect(data).toMatchObject({ username: '7', teams: ['1', '2'], room: null });
    expect(data).not.toHaveProperty('title');
  });

  test('departments can come from an attribute: ids or DNs', () => {
    const entry = entryOf('cn=a,dc=x', { memberOf: [TEAM, 'cn=unknown,dc=x'], ou: ['S1', 'S2'] });
    expect(user(entry, { attributes: { departments: 'memberOf' } })['departments']).toEqual([
      { uid: 'd-team', isMain: true, isOwner: false },
    ]);
    expect(user(entry, { attributes: { departments: 'ou' } })['departments']).toMatchObject([
      { uid: 'S1', isMain: false },
      { uid: 'S2', isMain: false },
    ]);
  });

  test('R24: of several departments the one that the entry stands in is the main one, in whatever order they come', () => {
    for (const memberOf of [
      [SALES, TEAM],
      [TEAM, SALES],
    ]) {
      const entry = entryOf(`cn=a,${TEAM}`, { memberOf });
      expect(user(entry, { attributes: { departments: 'memberOf' } })['departments']).toMatchObject([
        { uid: 'd-sales', isMain: false },
        { uid: 'd-team', isMain: true },
      ]);
    }
  });

  test.each([
    ['TRUE', true],
    ['false', false],
    ['0', '0'],
  ])('R4: a mapped active of %s', (text, active) => {
    expect(user(entryOf('cn=a,dc=x', { enabled: text }), { attributes: { active: 'enabled' } })['active']).toBe(active);
  });

  test.each([
    ['nsAccountLock', 'TRUE', false],
    ['nsAccountLock', 'false', true],
    ['loginDisabled', 'TRUE', false],
    ['msDS-UserAccountDisabled', 'FALSE', true],
    ['ds-pwp-account-disabled', 'true', false],
    ['nsAccountLock', '1', '1'],
    ['pwdAccountLockedTime', '000001010000Z', '000001010000Z'],
    ['shadowExpire', '-1', '-1'],
  ])('R4: active by %s of %s: a lock that is on is an account that is off', (attribute, value, active) => {
    const entry = entryOf('cn=a,dc=x', { [attribute]: value });
    expect(user(entry, { attributes: { active: attribute } })['active']).toBe(active);
  });

  test('R4: a mapped active that the entry lacks is not claimed', () => {
    expect(user(entryOf('cn=a,dc=x'), { attributes: { active: 'enabled' } })).not.toHaveProperty('active');
  });

  test('Active Directory: canned answers', () => {
    const entry = entryOf(`CN=Anna,${TEAM}`, {
      ...{ sAMAccountName: 'anna', userPrincipalName: 'anna@x.org', cn: 'Anna', userAccountControl: '514' },
    });
    expect(user(entry, { preset: 'ad' })).toMatchObject({ username: 'anna', email: 'anna@x.org', active: false });
    expect(user(entry, { preset: 'ad', attributes: { active: null } })).not.toHaveProperty('active');
  });

  test('a value that is no text comes as base64', () => {
    const entry = entryOf('cn=a,dc=x', { objectSid: Buffer.from([1, 0xff]) });
    expect(user(entry, { attributes: { sid: 'objectSid' } })['sid']).toBe('Af8=');
  });
});

describe('departments', () => {
  const departments = INDEX.departments!;
  const map = (entry: LdapEntry, attributes: Overrides = {}) =>
    mapDepartment(entry, plan('openldap', {}, attributes).departments!, departments).data;

  test('the parent is the nearest department above, over containers that are none', () => {
    expect(map(entryOf(`ou=New,cn=container,${TEAM}`, { ou: 'New' }))).toEqual({ parentUid: 'd-team', title: 'New' });
    expect(map(entryOf(SALES, { ou: 'Sales, EMEA' }))).toEqual({ parentUid: null, title: 'Sales, EMEA' });
  });

  test('mapped parent and order', () => {
    const entry = entryOf(TEAM, { seeAlso: SALES.toUpperCase(), st: '7', ou: 'T' });
    expect(map(entry, { parentUid: 'seeAlso', order: 'st' })).toEqual({ parentUid: 'd-sales', title: 'T', order: 7 });
  });
});
