import { escapeDnValue, ldifEntry } from '../servers/slapd-ldif.js';

/** A unit as a read must find it. */
interface LdapCompanyUnit {
  /** entryUUID. */
  readonly id: string;
  readonly dn: string;
  readonly title: string;
  readonly parentId: string | null;
  /** The person in managedBy; null = none. */
  readonly ownerId: string | null;
}

/** A person as a read must return them. */
interface LdapCompanyUser {
  /** entryUUID. */
  readonly id: string;
  readonly dn: string;
  readonly username: string;
  readonly nickname: string;
  readonly email: string;
  readonly phone: string;
  readonly title: string;
  readonly managerId: string | null;
  readonly unitId: string;
}

/** A made-up company: what to load and what must come out. */
export interface LdapCompany {
  /** For `startSlapd({ ldif })`. */
  readonly ldif: string;
  /** Parents before children. */
  readonly units: readonly LdapCompanyUnit[];
  readonly users: readonly LdapCompanyUser[];
}

/** How big the company is. */
export interface LdapCompanySize {
  /** 2,000 by default. */
  readonly users?: number;
  /** 60 by default. */
  readonly units?: number;
  readonly suffix?: string;
}

/** Names that a reader must not stumble over: commas, quotes, plus signs, leading # and Chinese. */
const UNIT_NAMES = [
  'Sales, EMEA',
  '研发中心',
  'R&D + Labs',
  '市场部, 华东',
  '"Quoted" <Unit>',
  '#Hash',
  'Back\\slash; semi',
  'Zürich = HQ',
];
const FAMILY_NAMES = ['Ng, Amy', '王', '李', 'Müller', "O'Neill", '欧阳', 'Smith + Son', 'García'];

/**
 * Makes a company up, always the same one: nested units, managers, unit owners (some of whom sit in another unit),
 * several mail addresses, all with entryUUIDs, and change marks a minute apart and long ago.
 */
export function makeLdapCompany(size: LdapCompanySize = {}): LdapCompany {
  const { users: userCount = 2_000, units: unitCount = 60, suffix = 'dc=example,dc=org' } = size;
  const places = makeUnits(unitCount, suffix);
  const users = makeUsers(userCount, places);
  // Every third unit has an owner; every other of those sits elsewhere.
  const units = places.map((unit, i): LdapCompanyUnit => {
    const owner = i % 3 === 0 ? users[i % 2 === 0 ? i : (i + 1) % users.length] : undefined;
    return { ...unit, ownerId: owner?.id ?? null };
  });
  const dnOf = new Map(users.map((user) => [user.id, user.dn]));
  const ldif = [
    ...units.map((unit, i) => unitLdif(unit, i, dnOf)),
    ...users.map((user, i) => userLdif(user, unitCount + i, dnOf)),
  ];
  return { ldif: ldif.join(''), units, users };
}

type Place = Omit<LdapCompanyUnit, 'ownerId'>;

/** The first six sit below the suffix, the others below an earlier one, up to five deep. */
function makeUnits(count: number, suffix: string): Place[] {
  const units: Place[] = [];
  for (let i = 0; i < count; i += 1) {
    const parent = i < 6 ? undefined : units[Math.floor((i - 6) / 2)];
    const title = `${UNIT_NAMES[i % UNIT_NAMES.length]!} ${i}`;
    const dn = `ou=${escapeDnValue(title)},${parent?.dn ?? suffix}`;
    units.push({ id: uuidOf('d', i), dn, title, parentId: parent?.id ?? null });
  }
  return units;
}

/** User i sits in unit i modulo the units; the first of each unit leads it, and is led by the first of all. */
function makeUsers(count: number, units: readonly Place[]): LdapCompanyUser[] {
  const ids = Array.from({ length: count }, (_, i) => uuidOf('e', i));
  return ids.map((id, i) => {
    const unit = units[i % units.length]!;
    const nickname = `${FAMILY_NAMES[i % FAMILY_NAMES.length]!} ${i}`;
    const leader = i < units.length ? 0 : i % units.length;
    return {
      id,
      dn: `cn=${escapeDnValue(nickname)},${unit.dn}`,
      username: `user${i}`,
      nickname,
      email: `user${i}@example.org`,
      phone: `+49 30 ${1_000_000 + i}`,
      title: i % 2 === 0 ? 'Engineer' : '工程师',
      managerId: i === 0 ? null : ids[leader]!,
      unitId: unit.id,
    };
  });
}

function unitLdif({ id, dn, title, ownerId }: LdapCompanyUnit, at: number, dnOf: ReadonlyMap<string, string>): string {
  return ldifEntry(dn, {
    objectClass: ['organizationalUnit', ...(ownerId === null ? [] : ['managedUnit'])],
    ou: title,
    ...(ownerId === null ? {} : { managedBy: dnOf.get(ownerId)! }),
    ...operational(id, at),
  });
}

function userLdif(user: LdapCompanyUser, at: number, dnOf: ReadonlyMap<string, string>): string {
  const { id, dn, username, nickname, email, phone, title, managerId } = user;
  return ldifEntry(dn, {
    objectClass: 'inetOrgPerson',
    cn: nickname,
    sn: nickname,
    uid: username,
    // Listed first, but the greater one of the two.
    mail: at % 3 === 0 ? [`weekend.${email}`, email] : email,
    mobile: phone,
    title,
    ...(managerId === null ? {} : { manager: dnOf.get(managerId)! }),
    ...operational(id, at),
  });
}

function operational(entryUUID: string, at: number) {
  const time = new Date(Date.UTC(2024, 0, 1) + at * 60_000).toISOString();
  const stamp = `${time.slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return { entryUUID, createTimestamp: stamp, modifyTimestamp: stamp };
}

function uuidOf(kind: 'd' | 'e', at: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
}
