import { createHash } from 'node:crypto';
import { type Dn, ancestorKeys, dnKey, parseDn } from './dn.js';
import type { Directory } from './directory.js';
import { entryId } from './entry-id.js';
import { isConflictCopy, type PageSize, sweep } from './sweep.js';
import { type LdapEntry, textsOf } from './ldap-entry.js';
import type { KindPlan, ReadPlan } from './read-plan.js';

/** The entries of one kind: their DNs and external ids. */
export interface KindIndex {
  /** DN key → external id. */
  readonly ids: ReadonlyMap<string, string>;
  /** The DNs of entries that have no visible id. */
  readonly withoutId: readonly string[];
  /** The evidence that it is complete. */
  readonly evidence: string;
}

/** The place of a user's entry in the sweep, and the entries that it referred to. */
export interface UserPlace {
  /** The key of its DN. */
  readonly key: string;
  /** The external id of the nearest department above; null if there is none. */
  readonly departmentId: string | null;
  /** The values of the attributes that contain the manager and the departments, as the entry had them. */
  readonly managers: readonly string[];
  readonly departments: readonly string[];
  /** A digest of the attributes that the server computes; empty if the entry has none. */
  readonly computed: string;
}

/** The DNs of the whole source, by which links between entries are resolved. */
export interface DirectoryIndex {
  readonly users: KindIndex;
  /** null = the source has no departments. */
  readonly departments: KindIndex | null;
  /** DN key of an owner → external ids of the owned units. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
  /** External id of a user → its place in the sweep; an id that two entries have is left out. */
  readonly places: ReadonlyMap<string, UserPlace>;
  /** The keys of the DNs of the entries directly above users. */
  readonly containers: ReadonlySet<string>;
}

/** The attributes that a sweep reads in addition to the id, and a function that receives the entry of each user. */
export interface UserWatch {
  readonly attributes: readonly string[];
  /** Called before each attempt; its result receives every user of that attempt. */
  start(): (entry: LdapEntry) => void;
}

/** The departments of a sweep, and their owners. */
export interface DepartmentSweep {
  readonly index: KindIndex;
  readonly owned: ReadonlyMap<string, readonly string[]>;
}

/** Sweeps the ids, DNs and owners of all departments. */
export async function sweepDepartments(
  directory: Directory,
  plan: KindPlan,
  pageSize: PageSize,
): Promise<DepartmentSweep> {
  const attributes = plan.fields['owners'] ?? [];
  let collect = collectDepartments(plan);
  const start = () => {
    collect = collectDepartments(plan);
    const { see } = collect;
    return see;
  };
  const evidence = await sweepKind(directory, plan, { pageSize, watch: { attributes, start } });
  return collect.end(evidence);
}

/** Makes the result of a sweep from departments that are read anyway: pass every entry to `see`. */
export function collectDepartments(plan: KindPlan) {
  const owned = new Map<string, string[]>();
  const kind = collectKind(plan.idAttribute);
  return {
    see: (entry: LdapEntry): void => {
      kind.see(entry);
      collectOwned(owned, entry, plan);
    },
    end: (evidence: string): DepartmentSweep => ({ index: kind.end(evidence), owned }),
  };
}

/**
 * Sweeps the ids and DNs of all departments and users. This is fast (10,000 entries in 0.1 s), so every read begins
 * with it. The page size that the server accepts is determined here, before any message.
 */
export async function indexDirectory(
  directory: Directory,
  plan: ReadPlan,
  { pageSize, watch }: { pageSize: PageSize; watch: UserWatch },
): Promise<DirectoryIndex> {
  const swept = plan.departments && (await sweepDepartments(directory, plan.departments, pageSize));
  const departments = swept?.index ?? null;
  let users = collectUsers(plan.users, departments);
  const start = () => {
    users = collectUsers(plan.users, departments);
    const see = watch.start();
    return (entry: LdapEntry) => {
      if (isConflictCopy(entry)) return;
      users.see(entry);
      see(entry);
    };
  };
  const attributes = [...watch.attributes, ...listLinks(plan.users)];
  const evidence = await sweepKind(directory, plan.users, { pageSize, watch: { attributes, start } });
  return { departments, owned: swept?.owned ?? new Map(), ...users.end(evidence) };
}

/** The external id of the nearest department above an entry; null if there is none. */
export function nearestDepartment(dn: Dn, departments: KindIndex): string | null {
  for (const key of ancestorKeys(dn)) {
    const id = departments.ids.get(key);
    if (id !== undefined) return id;
  }
  return null;
}

/** The attributes of a user whose values refer to other entries, or are computed from them. */
function listLinks({ fields, computed }: KindPlan): readonly string[] {
  return [...(fields['managerUid'] ?? []), ...(fields['departments'] ?? []), ...computed];
}

function sweepKind(
  directory: Directory,
  { baseDn, filter, idAttribute }: KindPlan,
  { pageSize, watch }: { pageSize: PageSize; watch: UserWatch },
): Promise<string> {
  const attributes = [...new Set([idAttribute, ...watch.attributes])];
  const search = { baseDn, scope: 'sub', filter, attributes } as const;
  return sweep(directory, search, { pageSize, start: () => watch.start() });
}

function collectKind(idAttribute: string) {
  const ids = new Map<string, string>();
  const withoutId: string[] = [];
  return {
    see(entry: LdapEntry): { id: string; dn: Dn } | null {
      const id = entryId(entry, idAttribute);
      const dn = parseDn(entry.dn);
      if (id === null || dn === null) {
        withoutId.push(entry.dn);
        return null;
      }
      ids.set(dnKey(dn), id);
      return { id, dn };
    },
    end: (evidence: string): KindIndex => ({ ids, withoutId, evidence }),
  };
}

function collectUsers(plan: KindPlan, departments: KindIndex | null) {
  const kind = collectKind(plan.idAttribute);
  const places = new Map<string, UserPlace>();
  const containers = new Set<string>();
  const duplicates = new Set<string>();
  const values = (entry: LdapEntry, names: readonly string[] = []) => names.flatMap((name) => textsOf(entry, name));
  return {
    see(entry: LdapEntry) {
      const known = kind.see(entry);
      if (known === null) return;
      containers.add(dnKey(known.dn.slice(1)));
      if (places.has(known.id)) duplicates.add(known.id);
      places.set(known.id, {
        key: dnKey(known.dn),
        departmentId: departments && nearestDepartment(known.dn, departments),
        managers: values(entry, plan.fields['managerUid']),
        departments: values(entry, plan.fields['departments']),
        computed: digestValues(values(entry, plan.computed)),
      });
    },
    end(evidence: string) {
      for (const id of duplicates) places.delete(id);
      return { users: kind.end(evidence), places, containers };
    },
  };
}

/** The values of an attribute are a set (RFC 4511, 4.1.7). */
function digestValues(values: readonly string[]): string {
  if (values.length === 0) return '';
  return createHash('sha256')
    .update(JSON.stringify([...values].sort()))
    .digest('base64url');
}

function collectOwned(owned: Map<string, string[]>, entry: LdapEntry, { idAttribute, fields }: KindPlan): void {
  const id = entryId(entry, idAttribute);
  if (id === null) return;
  for (const text of (fields['owners'] ?? []).flatMap((name) => textsOf(entry, name))) {
    const owner = parseDn(text);
    if (owner === null) continue;
    const key = dnKey(owner);
    owned.set(key, [...(owned.get(key) ?? []), id]);
  }
}
