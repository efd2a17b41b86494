import {
  pick,
  type Random,
  randomFrom,
  type RdnPairs,
  shuffle,
  spellDn,
  spellLine,
  spellName,
} from './ldap-spellings.js';

const SUFFIX: readonly RdnPairs[] = [[['dc', 'example']], [['dc', 'org']]];
const WORDS = [
  'Ng, Amy',
  '王',
  'Müller',
  'a+b',
  '#1',
  'O"Neill',
  'x;y',
  '<z>',
  'back\\slash',
  'Zoë = Z',
  'Smith',
  '欧阳',
];
const DAY = '20240101000000Z';

interface Unit {
  readonly id: string;
  readonly title: string;
  readonly dn: readonly RdnPairs[];
  readonly parentId: string | null;
}

interface Person {
  readonly id: string;
  readonly dn: readonly RdnPairs[];
  readonly unitId: string | null;
  readonly managerId: string | null;
  /** By the attributes' first names. */
  readonly values: Readonly<Record<string, readonly (string | Buffer)[]>>;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A made-up company, the same for the same seed: what stands in the directory, and what a read must make of it. */
export interface RandomCompany {
  readonly units: readonly Unit[];
  readonly people: readonly Person[];
}

/** Makes up some units in a tree and some people, with several values wherever an attribute may have them. */
export function randomCompany(seed: number): RandomCompany {
  const random = randomFrom(seed);
  const units: Unit[] = [];
  for (let at = 0; at < 2 + Math.floor(random() * 6); at += 1) {
    const parent = random() < 0.4 ? undefined : units[Math.floor(random() * units.length)];
    const title = `${pick(random, WORDS)} ${at}`;
    const dn = [[['ou', title]] as RdnPairs, ...(parent?.dn ?? SUFFIX)];
    units.push({ id: idOf('d', at), title, dn, parentId: parent?.id ?? null });
  }
  const people: Person[] = [];
  for (let at = 0; at < 4 + Math.floor(random() * 12); at += 1)
    people.push(randomPerson(random, at, { units, people }));
  return { units, people };
}

function randomPerson(random: Random, at: number, company: RandomCompany): Person {
  const unit = random() < 0.15 ? undefined : pick(random, company.units);
  const manager = random() < 0.5 ? pick(random, company.people) : undefined;
  const values = randomValues(random, at);
  const named = randomNames(random, values);
  const [unitId, managerId] = [unit?.id ?? null, manager?.id ?? null];
  const { username, nickname } = named;
  return {
    ...{ id: idOf('e', at), dn: [named.rdn, ...(unit?.dn ?? SUFFIX)], unitId, managerId, values },
    record: {
      ...{ username, nickname, email: smallest(values.mail), title: smallest(values.title) },
      ...{ phone: smallest(values.mobile), managerUid: managerId, notes: asList(values.description) },
      ...{ photo: asList(values.jpegPhoto.map((photo) => photo.toString('base64'))), family: `S${at}` },
      departments: unitId === null ? [] : [{ uid: unitId, isMain: true, isOwner: false }],
    },
  };
}

function randomValues(random: Random, at: number) {
  const some = (make: (index: number) => string, least = 0) =>
    Array.from({ length: least + Math.floor(random() * 3) }, (_, index) => make(index));
  return {
    uid: some((index) => `${pick(random, ['u', 'a', 'z'])}${index}.${at}`, 1),
    cn: some((index) => `${pick(random, WORDS)} ${at}-${index}`, 1),
    sn: [`S${at}`],
    mail: some((index) => `${pick(random, ['m', 'b', 'y'])}${index}.${at}@example.org`),
    title: some((index) => `${pick(random, WORDS)} of ${index}`),
    description: some((index) => `${pick(random, WORDS)} note ${index}`),
    jpegPhoto: random() < 0.5 ? [Buffer.from([0xff, 0xd8, 0, at, Math.floor(random() * 256)])] : [],
    mobile: random() < 0.5 ? [`+49 151 ${1_000 + at}`] : [],
  };
}

/** The RDN of a person, by the common name, the user name or both, and what these names must come out as. */
function randomNames(random: Random, { cn, uid }: Readonly<Record<'cn' | 'uid', readonly string[]>>) {
  const naming = pick(random, ['cn', 'uid', 'both']);
  const [named, login] = [pick(random, cn), pick(random, uid)];
  const rdn: RdnPairs = [
    ...(naming === 'uid' ? [] : [['cn', named] as const]),
    ...(naming === 'cn' ? [] : [['uid', login] as const]),
  ];
  return {
    rdn,
    username: naming === 'cn' ? smallest(uid) : login,
    nickname: naming === 'uid' ? smallest(cn) : named,
  };
}

const smallest = (values: readonly string[]): string | null => [...values].sort()[0] ?? null;

function asList(values: readonly string[]): unknown {
  const sorted = [...new Set(values)].sort();
  return sorted.length > 1 ? sorted : (sorted[0] ?? null);
}

const idOf = (kind: 'd' | 'e', at: number) => `${kind.repeat(8)}-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;

/** The company as LDIF, in one of its many spellings. */
export function spellCompany({ units, people }: RandomCompany, spelling: number): string {
  const random = randomFrom(spelling);
  const dnOf = new Map(people.map((person) => [person.id, person.dn]));
  // A parent must come before its children.
  const lines = units.map((unit) =>
    spellEntry(random, { dn: unit.dn, id: unit.id, values: { objectClass: ['organizationalUnit'], ou: [unit.title] } }),
  );
  const entries = shuffle(random, people).map(({ dn, id, managerId, values }) => {
    const manager = managerId === null ? [] : [spellDn(random, dnOf.get(managerId) ?? [])];
    return spellEntry(random, { dn, id, values: { objectClass: ['inetOrgPerson'], ...values, manager } });
  });
  return [...lines, ...entries].join('\n');
}

interface SpelledEntry {
  readonly dn: readonly RdnPairs[];
  readonly id: string;
  readonly values: Readonly<Record<string, readonly (string | Buffer)[]>>;
}

function spellEntry(random: Random, { dn, id, values }: SpelledEntry): string {
  const lines = shuffle(random, Object.entries(values)).flatMap(([attribute, list]) => {
    const name = spellName(random, attribute);
    return shuffle(random, list).map((value) => spellLine(random, name, value));
  });
  const operational = [`entryUUID: ${id}`, `createTimestamp: ${DAY}`, `modifyTimestamp: ${DAY}`];
  return `${[spellLine(random, 'dn', spellDn(random, dn)), ...lines, ...operational].join('\n')}\n`;
}
