import { z } from 'zod';
import { attributesField, gatherAttributes, orderField, referenceField, textField } from './record-fields.js';
import type { PlaceholderFields } from './without-placeholders.js';

const KNOWN = ['title', 'parentUid', 'order'] as const;

/**
 * A department as a source supplies it (docs/api.md, push record). Only given keys are returned; others are
 * `attributes`. Output: `{ title?, parentUid?, order?, attributes? }`.
 */
export const departmentRecord = z
  .looseObject({
    title: textField,
    parentUid: referenceField,
    order: orderField,
    sort: orderField,
    attributes: attributesField,
  })
  .transform(({ sort, ...record }, context) => {
    const order = record.order ?? sort;
    return gatherAttributes(order === undefined ? record : { ...record, order }, KNOWN, context);
  });

/**
 * The fields of a department in which placeholders are no value. The title is required, so a department with the title
 * "-" or "None" is kept.
 */
export const DEPARTMENT_PLACEHOLDERS: PlaceholderFields = { parentUid: 'id', order: 'value', sort: 'value' };
