import { type Dn, parseDn } from './dn.js';
import { type KindIndex, nearestDepartment } from './index-directory.js';
import { type LdapEntry, firstText } from './ldap-entry.js';
import { type FieldRule, linkedId, mapFields } from './map-fields.js';
import type { KindPlan } from './read-plan.js';

/** Makes a department's data: its parent is the nearest department above it unless `parentUid` is mapped. */
export function mapDepartment(entry: LdapEntry, plan: KindPlan, departments: KindIndex): Record<string, unknown> {
  const { owners: _, ...fields } = plan.fields;
  const dn: Dn = parseDn(entry.dn) ?? [];
  const mappedParent: FieldRule = (from, attributes) => {
    const text = firstText(from, attributes);
    return text === null ? null : linkedId(text, departments);
  };
  return {
    parentUid: nearestDepartment(dn, departments),
    ...mapFields(entry, fields, { parentUid: mappedParent, order: mappedOrder }),
  };
}

/** Text that is no number goes on as it is, so that the record is refused with its cause. */
const mappedOrder: FieldRule = (entry, attributes) => {
  const text = firstText(entry, attributes);
  if (text === null) return null;
  return Number.isFinite(Number(text)) ? Number(text) : text;
};
