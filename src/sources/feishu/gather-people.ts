import { SourceAuthError } from '../../domain/errors.js';
import { type SourceRecord, USER } from '../../domain/record.js';
import type { Rejected, PartitionedItems } from '../../domain/partition-items.js';
import type { FeishuApi } from './feishu-api.js';
import type { FeishuUser } from './feishu-shapes.js';
import { externalIdOf, mapUser, type UserMapping } from './map-user.js';

/**
 * The number of people without an id, and with none before them, that means a missing permission instead of single bad
 * records.
 */
const MAX_NAMELESS = 20;

/** Makes one record of each person, even if several departments list the person. */
export class PeopleGatherer {
  private readonly yielded = new Set<string>();
  /** People whose departments the app may not see: these are known after every list was read. */
  private readonly waiting = new Map<string, { readonly user: FeishuUser; readonly listedIn: string[] }>();
  private nameless = 0;

  constructor(private readonly mapping: Omit<UserMapping, 'listedIn'>) {}

  /** The number of people that were found. */
  get count(): number {
    return new Set([...this.yielded, ...this.waiting.keys()]).size;
  }

  /** Whether a list had this person in a usable form. */
  has(externalId: string | null): boolean {
    return externalId !== null && (this.yielded.has(externalId) || this.waiting.has(externalId));
  }

  /**
   * Reads one item of a list. Feishu sends the complete person in each list, so the first one is enough.
   * @param departmentId null = not found in a department
   * @returns the person's record, once; null if it was yielded already or must wait
   * @throws SourceAuthError if the app may not see the id that the source uses
   */
  take(user: FeishuUser, departmentId: string | null): SourceRecord | null {
    const { identity } = this.mapping;
    const externalId = externalIdOf(user, identity);
    if (externalId === null) {
      this.nameless += 1;
      if (this.count === 0 && this.nameless >= MAX_NAMELESS) throw unseenId(identity);
      return null;
    }
    if (this.yielded.has(externalId)) return null;
    if (user.department_ids || departmentId === null) {
      this.yielded.add(externalId);
      return mapUser(user, externalId, { ...this.mapping, listedIn: null });
    }
    const entry = this.waiting.get(externalId) ?? { user, listedIn: [] };
    entry.listedIn.push(departmentId);
    this.waiting.set(externalId, entry);
    return null;
  }

  /** The external id of a person; null if the person has none. */
  idOf(user: FeishuUser): string | null {
    return externalIdOf(user, this.mapping.identity);
  }

  /** @returns the record of a person who was requested alone; null if the answer is about another person. */
  recordOf(user: FeishuUser, externalId: string): SourceRecord | null {
    if (externalIdOf(user, this.mapping.identity) !== externalId) return null;
    return mapUser(user, externalId, { ...this.mapping, listedIn: null });
  }

  /**
   * Yields the people who had to wait, and those without an id; call it after every list was read.
   * @throws SourceAuthError if no person has the id that the source uses
   */
  *rest(): Generator<SourceRecord | Rejected> {
    if (this.nameless > 0 && this.count === 0) throw unseenId(this.mapping.identity);
    for (const [externalId, { user, listedIn }] of this.waiting) {
      if (!this.yielded.has(externalId)) yield mapUser(user, externalId, { ...this.mapping, listedIn });
    }
    const reason = `A person has no "${this.mapping.identity}".`;
    const one = { type: 'rejected', kind: USER, externalId: null, code: 'missing_uid', reason } as const;
    for (let at = 0; at < this.nameless; at += 1) yield one;
  }
}

/**
 * If a department is deleted during the read, the read fails: its people may have moved to one that was already read.
 */
export async function membersOf(api: FeishuApi, id: string): Promise<PartitionedItems<FeishuUser>> {
  const items: FeishuUser[] = [];
  const rejected: Rejected[] = [];
  for await (const page of api.members(id)) {
    items.push(...page.items);
    rejected.push(...page.rejected);
  }
  return { items, rejected };
}

function unseenId(identity: UserMapping['identity']): SourceAuthError {
  const right = identity === 'user_id' ? 'contact:user.employee_id:readonly' : 'contact:user.base:readonly';
  return new SourceAuthError(
    `The app has no access to "${identity}", which identifies people: add the permission ${right}.`,
  );
}
