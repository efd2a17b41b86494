import { type Dn, ancestorKeys, dnKey, parseDn } from './dn.js';
import type { Directory } from './directory.js';
import { entryId } from './entry-id.js';
import { type LdapEntry, textsOf } from './ldap-entry.js';
import type { KindPlan, ReadPlan } from './read-plan.js';
import { type PageSize, sweep } from './sweep.js';

/** The entries of one kind: who is where. */
export interface KindIndex {
  /** DN key → external id. */
  readonly ids: ReadonlyMap<string, string>;
  /** DNs of entries that show no id. */
  readonly withoutId: readonly string[];
  /** Why nothing can be missing in it. */
  readonly evidence: string;
}

/** The DNs of the whole source, which links between entries are made of. */
export interface DirectoryIndex {
  readonly users: KindIndex;
  /** null = the source has no departments. */
  readonly departments: KindIndex | null;
  /** DN key of an owner → external ids of the units that he owns. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
}

/** Attributes that a sweep reads besides the id, and who wants to see each user's entry. */
export interface UserWatch {
  readonly attributes: readonly string[];
  /** Called before each try; its result sees every user of that try. */
  start(): (entry: LdapEntry) => void;
}

/**
 * Sweeps ids and DNs of all departments and users: cheap (10,000 entries in 0.1 s), so every read begins with it. The
 * page size that the server accepts is settled here, before anything was told.
 */
export async function indexDirectory(
  directory: Directory,
  plan: ReadPlan,
  { pageSize, watch }: { pageSize: PageSize; watch: UserWatch },
): Promise<DirectoryIndex> {
  const owned = new Map<string, string[]>();
  const ownerAttributes = plan.departments?.fields['owners'] ?? [];
  const departments =
    plan.departments &&
    (await indexKind(directory, plan.departments, {
      pageSize,
      watch: {
        attributes: ownerAttributes,
        start: () => {
          owned.clear();
          const { idAttribute } = plan.departments as KindPlan;
          return (entry) => collectOwned(owned, entry, { idAttribute, ownerAttributes });
        },
      },
    }));
  const users = await indexKind(directory, plan.users, { pageSize, watch });
  return { users, departments, owned };
}

/** The external id of the nearest department above an entry; null where none is. */
export function nearestDepartment(dn: Dn, departments: KindIndex): string | null {
  for (const key of ancestorKeys(dn)) {
    const id = departments.ids.get(key);
    if (id !== undefined) return id;
  }
  return null;
}

async function indexKind(
  directory: Directory,
  plan: KindPlan,
  { pageSize, watch }: { pageSize: PageSize; watch: UserWatch },
): Promise<KindIndex> {
  const { baseDn, filter, idAttribute } = plan;
  let ids = new Map<string, string>();
  let withoutId: string[] = [];
  const start = () => {
    const see = watch.start();
    ids = new Map();
    withoutId = [];
    return (entry: LdapEntry) => {
      const id = entryId(entry, idAttribute);
      const dn = parseDn(entry.dn);
      if (id === null || dn === null) withoutId.push(entry.dn);
      else ids.set(dnKey(dn), id);
      see(entry);
    };
  };
  const search = { baseDn, scope: 'sub', filter, attributes: [idAttribute, ...watch.attributes] } as const;
  const evidence = await sweep(directory, search, { pageSize, start });
  return { ids, withoutId, evidence };
}

function collectOwned(
  owned: Map<string, string[]>,
  entry: LdapEntry,
  { idAttribute, ownerAttributes }: { idAttribute: string; ownerAttributes: readonly string[] },
): void {
  const id = entryId(entry, idAttribute);
  if (id === null) return;
  for (const text of ownerAttributes.flatMap((name) => textsOf(entry, name))) {
    const owner = parseDn(text);
    if (owner === null) continue;
    const key = dnKey(owner);
    owned.set(key, [...(owned.get(key) ?? []), id]);
  }
}
