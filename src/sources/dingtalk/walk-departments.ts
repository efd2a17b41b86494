import { SourceAuthError } from '../../domain/errors.js';
import { DEPARTMENT } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { DingtalkApi, DingtalkScope } from './dingtalk-api.js';
import type { DingtalkDepartment } from './dingtalk-shapes.js';
import { lookUpDepartment } from './look-up.js';
import { ROOT } from './map-department.js';

/** The number of departments that are requested at the same time. */
export const AT_ONCE = 4;

/**
 * Determines where a walk begins: at the root if the app may see the whole company, else at the departments of its
 * scope.
 * @throws SourceAuthError if the scope is empty
 */
export async function findScope(api: DingtalkApi): Promise<DingtalkScope> {
  const { departments, users } = await api.scope();
  if (departments.includes(ROOT)) return { departments: [ROOT], users: [] };
  if (departments.length + users.length > 0) return { departments, users };
  throw new SourceAuthError(
    'The app has access to no contacts: set its range of contacts under Permissions of the app.',
  );
}

/** A department that a walk found. `whole` = with its order and managers, if the walk requests them. */
export interface MetDepartment {
  readonly department: DingtalkDepartment;
  readonly whole: boolean;
}

/** The result of one level of a walk. */
export interface WalkedLevel {
  readonly met: readonly MetDepartment[];
  readonly rejected: readonly Rejected[];
}

/**
 * Walks down from the given departments, level by level, each department once. DingTalk lists one level at a time,
 * without order and managers: each department takes one call, and one more if details are required.
 *
 * If a department is deleted during the walk, the walk fails: the children may have moved to a department that was
 * already read.
 */
export class DepartmentWalk {
  private readonly seen = new Set<string>();

  constructor(
    private readonly api: DingtalkApi,
    private readonly details: boolean,
  ) {}

  /** It can be called again with other departments; a department that was found before is skipped. */
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

  /**
   * A department whose own call returns no data is read from the list of its parent; without such a list it is
   * rejected.
   */
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
      // The error of the call is thrown: the walk must be repeated.
      else if (answer.is === 'gone') met.push({ department: await this.api.department(id), whole: true });
      else if (listed) met.push({ department: listed, whole: false });
      else rejected.push(rejectedDepartment(id, answer.error.message));
    }
    return { met, rejected };
  }
}

/** A department that exists and cannot be read. */
function rejectedDepartment(externalId: string, reason: string): Rejected {
  return { type: 'rejected', kind: DEPARTMENT, externalId, code: 'invalid_record', reason };
}
