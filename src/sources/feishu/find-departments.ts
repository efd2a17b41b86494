import { SourceAuthError } from '../../domain/errors.js';
import { isApiError, NO_DEPARTMENT_AUTHORITY, TOO_BIG_TO_RECURSE } from './feishu-api-error.js';
import { type FeishuApi, MAX_PAGE } from './feishu-api.js';
import type { FeishuDepartment } from './feishu-shapes.js';
import { ROOT } from './map-department.js';

/** Where the reading of an app begins. */
export interface Reach {
  /** `0` where the app sees the whole company. */
  readonly tops: readonly string[];
  /** People who were named themselves. */
  readonly users: readonly string[];
  readonly groups: number;
}

/**
 * Finds out what the app may see: the root where its contact scope is the whole company, else what the scope names.
 * @throws SourceAuthError when that is nothing
 */
export async function findReach(api: FeishuApi): Promise<Reach> {
  if (await seesRoot(api)) return { tops: [ROOT], users: [], groups: 0 };
  const { departments, users, groups } = await api.scope();
  if (departments.includes(ROOT)) return { tops: [ROOT], users: [], groups: 0 };
  if (departments.length + users.length > 0) return { tops: departments, users, groups };
  throw new SourceAuthError(
    'The app may see nobody: set its contact scope (Permissions & Scopes, "Range of contact data") and publish it.',
  );
}

async function seesRoot(api: FeishuApi): Promise<boolean> {
  try {
    for await (const _ of api.children(ROOT, { deep: false, pageSize: 1 })) return true;
    return true;
  } catch (error) {
    if (isApiError(error, NO_DEPARTMENT_AUTHORITY)) return false;
    throw error;
  }
}

/** Lists everything that the app sees, each department once, those that the scope names first. */
export async function* listDepartments(api: FeishuApi, tops: readonly string[]): AsyncGenerator<FeishuDepartment[]> {
  const seen = new Set<string>();
  const fresh = (page: readonly FeishuDepartment[]) =>
    page.filter(({ open_department_id: id, status }) => {
      if (seen.has(id) || status?.is_deleted === true) return false;
      seen.add(id);
      return true;
    });
  const named = tops.filter((id) => id !== ROOT);
  for (let at = 0; at < named.length; at += MAX_PAGE)
    yield fresh(await api.departments(named.slice(at, at + MAX_PAGE)));
  for (const top of tops) for await (const page of below(api, top)) yield fresh(page);
}

/** All levels at once: a page has 50 departments of any depth. Level by level where the suite refuses that. */
async function* below(api: FeishuApi, id: string): AsyncGenerator<FeishuDepartment[]> {
  let refused = false;
  try {
    yield* api.children(id, { deep: true });
  } catch (error) {
    if (!isApiError(error, TOO_BIG_TO_RECURSE)) throw error;
    refused = true;
  }
  if (!refused) return;
  for await (const page of api.children(id, { deep: false })) {
    yield page;
    for (const child of page) yield* below(api, child.open_department_id);
  }
}
