import { completeRanges } from './name-attributes.js';
import { type Directory, searchPages } from './directory.js';
import { fingerprintTree } from './link-digest.js';
import {
  collectDepartments,
  type DepartmentSweep,
  type DirectoryIndex,
  indexDirectory,
  type UserWatch,
} from './index-directory.js';
import type { LdapEntry } from './ldap-entry.js';
import { type KindPlan, listAttributes, type ReadPlan } from './read-plan.js';
import type { PageSize } from './sweep.js';

/** All departments with the attributes of their records. */
export interface DepartmentRead extends DepartmentSweep {
  readonly entries: readonly LdapEntry[];
}

/** An index, and the departments that were read after it. */
export interface SettledIndex {
  readonly index: DirectoryIndex;
  /** null = the source has no departments. */
  readonly departments: DepartmentRead | null;
  /** False if departments moved during each read: the DNs of the index may not match each other. */
  readonly settled: boolean;
}

/** The largest number of times that the index is made if the tree changes each time. */
const MAX_TRIES = 3;

/**
 * Makes the index, and reads the departments after it. If a department was created, deleted or moved, or changed its
 * owner in between, DNs of the index refer to nothing or to another entry, so both are read again.
 */
export async function settleIndex(
  directory: Directory,
  plan: ReadPlan,
  { pageSize, watch }: { pageSize: PageSize; watch: UserWatch },
): Promise<SettledIndex> {
  for (let tries = 1; ; tries += 1) {
    const index = await indexDirectory(directory, plan, { pageSize, watch });
    if (plan.departments === null) return { index, departments: null, settled: true };
    const departments = await readDepartmentEntries(directory, plan.departments, pageSize.current);
    const before = fingerprintTree(index);
    const settled = before === fingerprintTree({ departments: departments.index, owned: departments.owned });
    if (settled || tries >= MAX_TRIES) return { index, departments, settled };
  }
}

async function readDepartmentEntries(directory: Directory, plan: KindPlan, pageSize: number): Promise<DepartmentRead> {
  const search = { baseDn: plan.baseDn, scope: 'sub', filter: plan.filter, attributes: listAttributes(plan) } as const;
  const collected = collectDepartments(plan);
  const entries: LdapEntry[] = [];
  let evidence = '';
  for await (const page of searchPages(directory, search, pageSize)) {
    for (const entry of page.entries) {
      collected.see(entry);
      entries.push(await completeRanges(directory, entry));
    }
    evidence = page.evidence ?? evidence;
  }
  return { ...collected.end(evidence), entries };
}
