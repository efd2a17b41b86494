import { z } from 'zod';
import { gatherAttributes, orderField, referenceField, textField } from './record-fields.js';

const KNOWN = ['title', 'parentUid', 'order'] as const;

/**
 * A department as a source says it (docs/api.md, push record). Only given keys come out; the rest is `attributes`.
 * Output: `{ title?, parentUid?, order?, attributes? }`.
 */
export const departmentRecord = z
  .looseObject({
    title: textField,
    parentUid: referenceField,
    order: orderField,
    sort: orderField,
    attributes: z.record(z.string(), z.unknown()).nullable().optional(),
  })
  .transform(({ sort, ...record }, context) => {
    const order = record.order ?? sort;
    return gatherAttributes(order === undefined ? record : { ...record, order }, KNOWN, context);
  });
