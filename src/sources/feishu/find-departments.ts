import { SourceAuthError, type SyncError } from '../../domain/errors.js';
import {
  DEPARTMENT_GONE,
  FeishuApiError,
  FeishuShapeError,
  isApiError,
  NO_DEPARTMENT_AUTHORITY,
  NO_SUCH_USER,
  NO_USER_AUTHORITY,
  TOO_BIG_TO_RECURSE,
} from './classify-answer.js';
import { type FeishuApi, MAX_PAGE } from './feishu-api.js';
import type { PartitionedItems, Rejected } from '../../domain/partition-items.js';
import type { FeishuDepartment, FeishuUser } from './feishu-shapes.js';
import { ROOT } from './map-department.js';
import { type LookUp, lookUp } from '../kit/prove-unseen.js';

/** The departments and people where a read begins. */
export interface Reach {
  /** `0` if the app may see the whole company. */
  readonly tops: readonly string[];
  /** People who are named individually. */
  readonly users: readonly string[];
  readonly groups: number;
}

/**
 * Determines what the app may see: the root if its contact scope is the whole company, else the departments and people
 * of the scope.
 * @throws SourceAuthError if the scope is empty
 */
export async function findReach(api: FeishuApi): Promise<Reach> {
  if (await seesRoot(api)) return { tops: [ROOT], users: [], groups: 0 };
  const { departments, users, groups } = await api.scope();
  if (departments.includes(ROOT)) return { tops: [ROOT], users: [], groups: 0 };
  if (departments.length + users.length > 0) return { tops: departments, users, groups };
  throw new SourceAuthError(
    'The app has access to no contacts: set its contact scope (Permissions & Scopes, "Range of contact data") and publish it.',
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

/** Lists departments, each once, even if they are found several times. */
export class DepartmentList {
  private readonly seen = new Set<string>();

  constructor(private readonly api: FeishuApi) {}

  /**
   * These departments and all below them, each parent first. The root is not a department. It can be called again with
   * others.
   */
  async *from(tops: readonly string[]): AsyncGenerator<PartitionedItems<FeishuDepartment>> {
    const named = tops.filter((id) => id !== ROOT);
    for (let at = 0; at < named.length; at += MAX_PAGE)
      yield this.fresh(await this.api.departments(named.slice(at, at + MAX_PAGE)));
    for (const top of tops) for await (const page of below(this.api, top)) yield this.fresh(page);
  }

  private fresh({ items, rejected }: PartitionedItems<FeishuDepartment>): PartitionedItems<FeishuDepartment> {
    const isFresh = (id: string | null): boolean => {
      if (id === null) return true;
      if (this.seen.has(id)) return false;
      this.seen.add(id);
      return true;
    };
    return {
      items: items.filter((one) => one.status?.is_deleted !== true && isFresh(one.open_department_id)),
      rejected: rejected.filter((one: Rejected) => isFresh(one.externalId)),
    };
  }
}

/** All levels at once: a page has 50 departments of any depth. Level by level if Feishu refuses that. */
async function* below(api: FeishuApi, id: string): AsyncGenerator<PartitionedItems<FeishuDepartment>> {
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
    for (const child of idsOf(page)) yield* below(api, child);
  }
}

/** The ids of all departments of a page, including those that cannot be used. */
export function idsOf({ items, rejected }: PartitionedItems<FeishuDepartment>): readonly string[] {
  return [...items.map((one) => one.open_department_id), ...rejected.flatMap(({ externalId }) => externalId ?? [])];
}

/** Looks up one person. @throws SyncError for an error that does not concern this person */
export function lookUpUser(api: FeishuApi, id: string): Promise<LookUp<FeishuUser>> {
  return ask(api.user(id), NO_USER_AUTHORITY, NO_SUCH_USER);
}

/** Looks up one department. @throws SyncError for an error that does not concern this department */
export async function lookUpDepartment(api: FeishuApi, id: string): Promise<LookUp<FeishuDepartment>> {
  const answer = await ask(api.department(id), ...DEPARTMENT_GONE);
  return answer.is === 'there' && answer.found.status?.is_deleted === true ? { is: 'gone' } : answer;
}

const ask = <Found>(work: Promise<Found>, ...gone: readonly number[]): Promise<LookUp<Found>> =>
  lookUp(work, { isGone: (error) => isApiError(error, ...gone), isUnreadable });

const isUnreadable = (error: unknown): error is SyncError =>
  error instanceof FeishuApiError || error instanceof FeishuShapeError;
