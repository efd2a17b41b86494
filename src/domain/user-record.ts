import { z } from 'zod';
import { booleanField, gatherAttributes, orderField, referenceField, textField } from './record-fields.js';
import { readExternalId } from './external-id.js';

/** A person's place in a department, as a record says it. */
export interface DepartmentClaim {
  /** The department's external id at the same source. */
  readonly uid: string;
  readonly isMain: boolean;
  readonly isOwner: boolean;
  readonly order: number | null;
}

const claim = z
  .union([
    z.looseObject({
      uid: z.unknown(),
      isMain: booleanField,
      isOwner: booleanField,
      order: orderField,
      sort: orderField,
    }),
    z.string(),
    z.number().int(),
  ])
  .transform((value, context): DepartmentClaim => {
    const given = typeof value === 'object' ? value : { uid: value };
    const verdict = readExternalId(given.uid);
    if (!verdict.ok) {
      context.addIssue({ code: 'custom', message: verdict.message });
      return z.NEVER;
    }
    const { isMain = false, isOwner = false, order, sort } = given as Partial<Record<string, unknown>>;
    return {
      uid: verdict.externalId,
      isMain: isMain === true,
      isOwner: isOwner === true,
      order: (order ?? sort ?? null) as number | null,
    };
  });

const KNOWN = ['username', 'nickname', 'email', 'phone', 'title', 'managerUid', 'active', 'departments'] as const;

/**
 * A user as a source says it (docs/api.md, push record). Only given keys come out; the rest is `attributes`.
 * Output: `{ username?, nickname?, email?, phone?, title?, managerUid?, active?, departments?: DepartmentClaim[], attributes? }`.
 */
export const userRecord = z
  .looseObject({
    username: textField,
    nickname: textField,
    email: textField,
    phone: textField,
    title: textField,
    managerUid: referenceField,
    active: booleanField,
    departments: z.array(claim).max(1_000).nullable().optional(),
    attributes: z.record(z.string(), z.unknown()).nullable().optional(),
  })
  .transform((record, context) => {
    const clean = gatherAttributes(record, KNOWN, context);
    if ('departments' in clean) clean['departments'] = settleClaims(record.departments ?? []);
    if (clean['active'] === null) delete clean['active'];
    return clean;
  });

/** One claim a department, the last one said; one main department, the last one said (R24). */
function settleClaims(claims: readonly DepartmentClaim[]): DepartmentClaim[] {
  const byDepartment = new Map<string, DepartmentClaim>();
  for (const one of claims) byDepartment.set(one.uid, one);
  const settled = [...byDepartment.values()];
  const main = settled.findLast((one) => one.isMain);
  return settled.map((one) => ({ ...one, isMain: one === main }));
}
