import type { SourceRecord } from '../../domain/record.js';
import type { InvalidField } from '../../domain/invalid-fields.js';
import type { DingtalkMember } from './dingtalk-shapes.js';
import { mapUser, type UserMapping } from './map-user.js';
import { type ManagersOf, type Place, placeInList } from './map-department.js';

interface Entry {
  /** The person in the list with the smallest number of unreadable fields. */
  readonly member: DingtalkMember;
  readonly places: Map<string, Place>;
  /** Unreadable fields of the places. */
  readonly odd: InvalidField[];
}

/** Fields that concern the department of the list. */
const OF_PLACE: ReadonlySet<string> = new Set(['leader', 'dept_order']);
const isOfPlace = ({ key }: InvalidField): boolean => OF_PLACE.has(key);
const isOfPerson = (one: InvalidField): boolean => !isOfPlace(one);

/**
 * Makes one record of a person from the lists of several departments: each list contains only the place in its
 * department. The record is made as soon as the last of these departments was read.
 */
export class PeopleGatherer {
  private readonly yielded = new Set<string>();
  private readonly waiting = new Map<string, Entry>();

  /** @param willRead whether the list of a department is read at all */
  constructor(
    private readonly options: Pick<UserMapping, 'mainDepartment'>,
    private readonly willRead: (departmentId: string) => boolean,
    private readonly managersOf: ManagersOf,
  ) {}

  /** The number of people that were found. */
  get count(): number {
    return this.yielded.size + this.waiting.size;
  }

  /** @returns the record if no other list can add to it, else null. */
  take(member: DingtalkMember, departmentId: string): SourceRecord | null {
    if (this.yielded.has(member.userid)) return null;
    const entry = this.entryOf(member);
    entry.places.set(departmentId, placeInList(member, this.managersOf(departmentId)));
    entry.odd.push(...member.invalidFields.filter(isOfPlace));
    // If the person's own list of departments cannot be read, each list that contains the person adds one of them.
    const ids = listsAll(entry.member) ? (entry.member.dept_id_list ?? []) : null;
    if (ids === null || ids.some((id) => !entry.places.has(id) && this.willRead(id))) {
      this.waiting.set(member.userid, entry);
      return null;
    }
    return this.tell(entry);
  }

  /** Yields the people whose departments changed during the read; call it after every list was read. */
  *rest(): Generator<SourceRecord> {
    for (const entry of [...this.waiting.values()]) yield this.tell(entry);
  }

  private entryOf(member: DingtalkMember): Entry {
    const known = this.waiting.get(member.userid);
    if (!known) return { member, places: new Map<string, Place>(), odd: [] };
    const isBetter =
      member.invalidFields.filter(isOfPerson).length < known.member.invalidFields.filter(isOfPerson).length;
    return isBetter ? { ...known, member } : known;
  }

  private tell(entry: Entry): SourceRecord {
    const { member, places, odd } = entry;
    this.waiting.delete(member.userid);
    this.yielded.add(member.userid);
    const own = member.dept_id_list ?? [];
    const isWhole = listsAll(member);
    const ids = isWhole ? own : [...own, ...places.keys()];
    const invalidFields = [...member.invalidFields.filter(isOfPerson), ...odd];
    // The order in which lists were read does not show which department is the person's first one.
    const { mainDepartment: main } = this.options;
    const mainDepartment = main === 'first' && !isWhole ? 'unknown' : main;
    return mapUser({ ...member, dept_id_list: ids, invalidFields }, { mainDepartment, places, superiors: false });
  }
}

/** Whether the person's own list names all departments. */
function listsAll({ dept_id_list: ids, invalidFields }: DingtalkMember): boolean {
  return Boolean(ids) && !invalidFields.some(({ key }) => key === 'dept_id_list');
}
