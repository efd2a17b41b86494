import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { Hint } from '../source-adapter.js';

const id = z.union([z.string().min(1), z.number().int()]).transform(String);

/** The ids in an event, whether it names one or many. What is no id is nobody. */
export const eventIds = z.union([z.array(id), id.transform((one) => [one])]).catch([]);

/** An event, as far as it is believed. */
export interface NamedThings {
  /** E.g. `user_modify_org`. */
  readonly type: string;
  readonly users?: readonly string[] | undefined;
  readonly departments?: readonly string[] | undefined;
}

/** Which things moved, and nothing else, is taken from an event: it may be late, doubled or out of order. */
export function hintsOfEvent({ type, users = [], departments = [] }: NamedThings): readonly Hint[] {
  if (/^user_(add|modify|leave|active)_org$/.test(type)) {
    return users.map((externalId) => ({ kind: USER, externalId }));
  }
  if (/^org_dept_(create|modify|remove)$/.test(type)) {
    return departments.map((externalId) => ({ kind: DEPARTMENT, externalId }));
  }
  return [];
}
