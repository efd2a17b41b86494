import { createHash } from 'node:crypto';
import type { DirectoryIndex, UserPlace } from './index-directory.js';
import { toIds } from './map-fields.js';
import type { LdapConfig } from './ldap-config.js';

/**
 * A digest of the parts of users' records that depend on other entries, one number of 32 bits for each group of users:
 * the nearest department, owned units, manager, mapped departments, and attributes that the server computes, such as
 * memberOf. The change mark of a user does not change with them. A cursor contains the digest; the next delta reads the
 * groups that differ.
 */
type LinkDigest = string;

const BYTES = 4;
const FEWEST = 64;
/** 8 KiB in the cursor; with 100,000 users, a group has 49. */
const MOST = 2_048;

/** Makes the digest of all users of a sweep, without those that are left out; it has as many groups as `like`. */
export function digestLinks(
  index: DirectoryIndex,
  { like = null, without = NONE }: { readonly like?: LinkDigest | null; readonly without?: ReadonlySet<string> } = {},
): LinkDigest {
  const count = like === null ? groupCount(index.places.size) : Math.max(1, groupsOf(like).length / BYTES);
  const groups = Buffer.alloc(count * BYTES);
  for (const [id, place] of index.places) {
    if (without.has(id)) continue;
    const at = groupOf(id, count) * BYTES;
    // A sum does not depend on the order in which the server lists entries.
    groups.writeUInt32LE((groups.readUInt32LE(at) + hash(lineOf(id, place, index))) >>> 0, at);
  }
  return groups.toString('base64url');
}

/** External ids of the users whose group differs from both digests: an entry that they depend on may have changed. */
export function findMovedLinks(
  index: DirectoryIndex,
  { before, unlinked }: { readonly before: LinkDigest; readonly unlinked: ReadonlySet<string> },
): readonly string[] {
  const old = groupsOf(before);
  const count = Math.max(1, old.length / BYTES);
  // New ids were not in the digest; ids that every sync skips were.
  const same = [NONE, unlinked].map((without) => groupsOf(digestLinks(index, { like: before, without })));
  const isSame = (group: number) =>
    same.some((one) => one.readUInt32LE(group * BYTES) === old.readUInt32LE(group * BYTES));
  const moved = new Set(Array.from({ length: count }, (_, group) => group).filter((group) => !isSame(group)));
  return [...index.places.keys()].filter((id) => moved.has(groupOf(id, count)));
}

const NONE: ReadonlySet<string> = new Set();

const groupsOf = (digest: LinkDigest): Buffer => Buffer.from(digest, 'base64url');

const groupCount = (users: number) =>
  Math.min(MOST, Math.max(FEWEST, 2 ** Math.ceil(Math.log2(Math.max(1, users) * 2))));

const groupOf = (id: string, count: number): number => hash(id) % count;

function lineOf(id: string, { key, departmentId, managers, departments, computed }: UserPlace, index: DirectoryIndex) {
  const owned = [...(index.owned.get(key) ?? [])].sort();
  const manager = toIds(managers, index.users);
  const placed = toIds(departments, index.departments);
  return JSON.stringify([id, departmentId, owned, manager, placed, computed]);
}

const hash = (text: string): number => createHash('sha256').update(text).digest().readUInt32LE(0);

/** Changes if options change that determine which entries are read and how records are made of them. */
export function fingerprintOptions({ url, preset, baseDn, users, departments }: LdapConfig): string {
  return digest([url, preset, baseDn, sortedOptions(users), departments && sortedOptions(departments)]);
}

/** Changes if a department is created, deleted or moved, or its owner changes. */
export function fingerprintTree({ departments, owned }: Pick<DirectoryIndex, 'departments' | 'owned'>): string {
  return digest([
    [...(departments?.ids ?? [])].sort(byKey),
    [...owned].map(([dn, ids]) => [dn, [...ids].sort()]).sort(),
  ]);
}

function sortedOptions({ baseDn, filter, attributes = {} }: LdapConfig['users']): unknown[] {
  return [baseDn ?? null, filter ?? null, Object.entries(attributes).sort(byKey)];
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
