import type { SourceRecord } from '../../domain/record.js';
import type { DingtalkMember } from './dingtalk-shapes.js';
import { type ManagersOf, mapUser, type Place, type UserMapping } from './map-user.js';

interface Entry {
  readonly member: DingtalkMember;
  readonly places: Map<string, Place>;
}

/**
 * Makes one record of a person out of the lists of his departments: each of them tells his place in that department
 * only. He is told as soon as the last of his departments was read.
 */
export class PeopleGatherer {
  private readonly told = new Set<string>();
  private readonly waiting = new Map<string, Entry>();

  /** @param willRead whether a department's list is going to be read at all */
  constructor(
    private readonly options: Pick<UserMapping, 'mainDepartment'>,
    private readonly willRead: (departmentId: string) => boolean,
    private readonly managersOf: ManagersOf,
  ) {}

  /** How many people were found. */
  get count(): number {
    return this.told.size + this.waiting.size;
  }

  /** @returns his record when nothing more is to come of him, else null. */
  take(member: DingtalkMember, departmentId: string): SourceRecord | null {
    if (this.told.has(member.userid)) return null;
    const entry = this.waiting.get(member.userid) ?? { member, places: new Map<string, Place>() };
    entry.places.set(departmentId, this.placeOf(member, departmentId));
    const open = (member.dept_id_list ?? []).some((id) => !entry.places.has(id) && this.willRead(id));
    if (open) {
      this.waiting.set(member.userid, entry);
      return null;
    }
    return this.tell(entry);
  }

  /** Those whose departments changed while they were read; call when every list was read. */
  *rest(): Generator<SourceRecord> {
    for (const entry of [...this.waiting.values()]) yield this.tell(entry);
  }

  private tell(entry: Entry): SourceRecord {
    const { member, places } = entry;
    this.waiting.delete(member.userid);
    this.told.add(member.userid);
    const ids = member.dept_id_list ?? [...places.keys()];
    return mapUser({ ...member, dept_id_list: ids }, { ...this.options, places, superiors: false });
  }

  private placeOf({ userid, leader, dept_order: order }: DingtalkMember, departmentId: string): Place {
    const named = this.managersOf(departmentId)?.has(userid) ?? false;
    return { leader: leader === true || named, order: order ?? null };
  }
}
