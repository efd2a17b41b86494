import { z } from 'zod';
import { claimsField } from './department-claim.js';
import {
  attributesField,
  booleanField,
  emailField,
  gatherAttributes,
  referenceField,
  textField,
  usernameField,
} from './record-fields.js';
import type { PlaceholderFields } from './without-placeholders.js';

const KNOWN = ['username', 'nickname', 'email', 'phone', 'title', 'managerUid', 'active', 'departments'] as const;

/**
 * A user as a source supplies it (docs/api.md, push record). Only given keys are returned; others are `attributes`.
 * Output: `{ username?, nickname?, email?, phone?, title?, managerUid?, active?, departments?: GivenClaim[], attributes? }`.
 */
export const userRecord = z
  .looseObject({
    username: usernameField,
    nickname: textField,
    email: emailField,
    phone: textField,
    title: textField,
    managerUid: referenceField,
    active: booleanField,
    departments: claimsField,
    attributes: attributesField,
  })
  .transform((record, context) => {
    const clean = gatherAttributes(record, KNOWN, context);
    if ('departments' in clean) clean['departments'] = record.departments ?? [];
    if (clean['active'] === null) delete clean['active'];
    return clean;
  });

/**
 * The fields of a user in which placeholders are no value. In a boolean they are invalid: it is left out and reported
 * (R4).
 */
export const USER_PLACEHOLDERS: PlaceholderFields = {
  username: 'login',
  nickname: 'name',
  email: 'email',
  phone: 'value',
  title: 'value',
  managerUid: 'id',
  departments: 'ids',
};
