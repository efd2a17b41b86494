import fc from 'fast-check';

/** A company in no vendor's words: departments are numbered from 2, 1 is the root. */
export interface RandomCompany {
  readonly departments: readonly { readonly id: number; readonly parent: number; readonly name: string }[];
  readonly people: readonly { readonly id: string; readonly name: string; readonly departments: readonly number[] }[];
  /** For the spellings. */
  readonly seed: number;
  /** Most items of a page, whatever is asked for. */
  readonly pageSize: number;
}

const NAMES = ['Ann', '张三', 'Łukasz Żak', "O'Neil", 'حسن', '🙂 Bo', 'x'.repeat(64)];

/** Any valid company of up to 12 departments and 40 people, each in one to four departments. */
export function randomCompany(): fc.Arbitrary<RandomCompany> {
  return fc
    .record({
      parents: fc.array(fc.nat(), { maxLength: 12 }),
      people: fc.array(
        fc.record({ name: fc.constantFrom(...NAMES), places: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }) }),
        {
          maxLength: 40,
        },
      ),
      order: fc.nat(),
      seed: fc.nat(),
      pageSize: fc.integer({ min: 1, max: 7 }),
    })
    .map(({ parents, people, order, seed, pageSize }) => {
      const departments = parents.map((parent, at) => ({
        id: at + 2,
        parent: (parent % (at + 1)) + 1,
        name: `D ${at + 2}`,
      }));
      const rotated = departments.map((_, at) => departments[(at + order) % departments.length] ?? departments[0]!);
      return {
        departments: rotated,
        people: people.map(({ name, places }, at) => ({
          ...{ id: `user${at}`, name },
          departments: [...new Set(places.map((place) => (place % (parents.length + 1)) + 1))],
        })),
        ...{ seed, pageSize },
      };
    });
}

/** What a read must find: names and places of people. */
export function peopleOf({ people }: RandomCompany, idOf: (department: number) => string | null) {
  return Object.fromEntries(
    people.map(({ id, name, departments }) => [
      id,
      { name, places: departments.flatMap((one) => idOf(one) ?? []).sort() },
    ]),
  );
}

/** The same out of the records that an adapter gave. */
export function peopleIn(records: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  return Object.fromEntries(
    Object.entries(records).map(([id, { nickname, departments }]) => [
      id,
      { name: nickname, places: (departments as { uid: string }[]).map(({ uid }) => uid).sort() },
    ]),
  );
}
