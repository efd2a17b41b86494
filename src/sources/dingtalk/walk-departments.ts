import { SourceAuthError } from '../../domain/errors.js';
import { DEPARTMENT } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { DingtalkApi, DingtalkScope } from './dingtalk-api.js';
import type { DingtalkDepartment } from './dingtalk-shapes.js';
import { lookUpDepartment } from './look-up.js';
import { ROOT } from './map-department.js';

/** Departments that are asked for at the same time. */
export const AT_ONCE = 4;

/**
 * Finds out where a walk begins: at the root where the app may see the whole company, else at what it was given.
 * @throws SourceAuthError when that is nothing
 */
export async function findScope(api: DingtalkApi): Promise<DingtalkScope> {
  const { departments, users } = await api.scope();
  if (departments.includes(ROOT)) return { departments: [ROOT], users: [] };
  if (departments.length + users.length > 0) return { departments, users };
  throw new SourceAuthError(
    'The app has access to no contacts: set its range of contacts under Permissions of the app.',
  );
}

/** A department that a walk met. `whole` = with its order and managers, where the walk was to bring them. */
export interface MetDepartment {
  readonly department: DingtalkDepartment;
  readonly whole: boolean;
}

/** What one level of a walk brought. */
export interface WalkedLevel {
  readonly met: readonly MetDepartment[];
  readonly rejected: readonly Rejected[];
}

/**
 * Walks down from given departments, level by level, each department once. The list of children has neither order nor
 * managers, and the suite lists one level at a time: one call each, and one more where details are wanted.
 *
 * A department deleted during the walk fails it: its children may have moved to one that was already read.
 */
export class DepartmentWalk {
  private readonly seen = new Set<string>();

  constructor(
    private readonly api: DingtalkApi,
    private readonly details: boolean,
  ) {}

  /** May be called again with others: what was met before is not met twice. */
  async *from(tops: readonly string[]): AsyncGenerator<WalkedLevel> {
    const fresh = [...new Set(tops)].filter((id) => !this.seen.has(id));
    for (const id of fresh) this.seen.add(id);
    yield await this.wholeOnes(fresh.map((id) => ({ id, listed: null })));
    for (let level = fresh; level.length > 0;) {
      const { children, odd } = await this.childrenOf(level);
      level = [...children.map(({ dept_id: id }) => id), ...odd.flatMap(({ externalId }) => externalId ?? [])];
      const found = this.details
        ? await this.wholeOnes(children.map((listed) => ({ id: listed.dept_id, listed })))
        : { met: children.map((department) => ({ department, whole: true })), rejected: [] };
      if (level.length + odd.length > 0) yield { met: found.met, rejected: [...found.rejected, ...odd] };
    }
  }

  private async childrenOf(level: readonly string[]) {
    const children: DingtalkDepartment[] = [];
    const odd: Rejected[] = [];
    for await (const found of inOrder(level, AT_ONCE, (id) => this.api.children(id))) {
      children.push(...found.items.filter(({ dept_id: id }) => this.isFresh(id)));
      odd.push(...found.rejected.filter(({ externalId }) => externalId === null || this.isFresh(externalId)));
    }
    return { children, odd };
  }

  private isFresh(id: string): boolean {
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    return true;
  }

  /** A department whose own call has no data is read as its parent lists it; one that no parent lists is rejected. */
  private async wholeOnes(
    asked: readonly { readonly id: string; readonly listed: DingtalkDepartment | null }[],
  ): Promise<WalkedLevel> {
    const met: MetDepartment[] = [];
    const rejected: Rejected[] = [];
    const read = async ({ id, listed }: (typeof asked)[number]) => {
      return { id, listed, answer: await lookUpDepartment(this.api, id) };
    };
    for await (const { id, listed, answer } of inOrder(asked, AT_ONCE, read)) {
      if (answer.is === 'there') met.push({ department: { ...listed, ...answer.found, dept_id: id }, whole: true });
      // It throws what the call said: the walk is to be done again.
      else if (answer.is === 'gone') met.push({ department: await this.api.department(id), whole: true });
      else if (listed) met.push({ department: listed, whole: false });
      else rejected.push(rejectedDepartment(id, answer.error.message));
    }
    return { met, rejected };
  }
}

/** A department that is there and can't be read. */
function rejectedDepartment(externalId: string, reason: string): Rejected {
  return { type: 'rejected', kind: DEPARTMENT, externalId, code: 'invalid_record', reason };
}
