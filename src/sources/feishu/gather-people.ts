import { SourceAuthError } from '../../domain/errors.js';
import type { SourceRecord } from '../../domain/record.js';
import type { FeishuUser } from './feishu-shapes.js';
import { externalIdOf, mapUser, type UserMapping } from './map-user.js';

/** Makes one record of a person, however many departments list him. */
export class PeopleGatherer {
  private readonly told = new Set<string>();
  /** People whose departments the app may not see: known only when every list was read. */
  private readonly waiting = new Map<string, { readonly user: FeishuUser; readonly listedIn: string[] }>();

  constructor(private readonly mapping: Omit<UserMapping, 'listedIn'>) {}

  /** How many people were found. */
  get count(): number {
    return this.told.size + this.waiting.size;
  }

  /**
   * Takes one line of a list. The suite sends a person whole in each of them, so the first one is enough.
   * @param departmentId null = not found by a department
   * @returns his record, once; null where it was told already or must wait
   * @throws SourceAuthError where the app may not see the id that the source goes by
   */
  take(user: FeishuUser, departmentId: string | null): SourceRecord | null {
    const { identity } = this.mapping;
    const externalId = externalIdOf(user, identity);
    if (externalId === null) throw unseenId(identity);
    if (this.told.has(externalId)) return null;
    if (user.department_ids || departmentId === null) {
      this.told.add(externalId);
      return mapUser(user, externalId, { ...this.mapping, listedIn: null });
    }
    const entry = this.waiting.get(externalId) ?? { user, listedIn: [] };
    entry.listedIn.push(departmentId);
    this.waiting.set(externalId, entry);
    return null;
  }

  /** Those who had to wait; call when every list was read. */
  *rest(): Generator<SourceRecord> {
    for (const [externalId, { user, listedIn }] of this.waiting) {
      if (!this.told.has(externalId)) yield mapUser(user, externalId, { ...this.mapping, listedIn });
    }
  }
}

function unseenId(identity: UserMapping['identity']): SourceAuthError {
  const right = identity === 'user_id' ? 'contact:user.employee_id:readonly' : 'contact:user.base:readonly';
  return new SourceAuthError(`The app may not see "${identity}", by which people are known: add the right ${right}.`);
}
