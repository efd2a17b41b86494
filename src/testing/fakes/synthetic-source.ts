import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { SourceRecord } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { TaskMode } from '../../domain/task.js';

/** How big the made-up source is, and how much of it differs from `changedPercent: 0`. */
export const syntheticOptions = z.strictObject({
  users: z.number().int().min(0).max(9_999_999),
  departments: z.number().int().min(0),
  /** This share of the users has another title, 0..100, default 0. Which ones is up to `seed`. */
  changedPercent: z.number().min(0).max(100).optional(),
  seed: z.number().int().optional(),
  /** Added to the numbers in what must be unique (ids, names, addresses), so that sources do not claim the same people. */
  firstNumber: z.number().int().min(0).optional(),
  /** Children of each department, default 8; with another number nearly every department has another parent. */
  fanOut: z.number().int().min(1).optional(),
  /** Records a message, default 1,000. */
  pageSize: z.number().int().min(1).max(1_000).optional(),
  /** A slow source: wait so long before each message, default 0. */
  pageDelayMs: z.number().int().min(0).optional(),
});

/** The options of a made-up source. */
export type SyntheticOptions = z.infer<typeof syntheticOptions>;

type Message = SourceMessage<never>;

/**
 * A big source, made as it is read: the same options always give the same records, and nothing is kept in memory.
 * A full read has everything and is complete; a delta has the changed users only.
 */
export async function* syntheticMessages(
  options: SyntheticOptions,
  request: { readonly mode: TaskMode; readonly signal: AbortSignal },
): AsyncGenerator<Message> {
  const messages = request.mode === 'full' ? fullRead(options) : pages('user', changedUsers(options), options);
  for (const message of messages) {
    if (options.pageDelayMs)
      await sleep(options.pageDelayMs, undefined, { signal: request.signal }).catch(() => undefined);
    request.signal.throwIfAborted();
    yield message;
  }
}

/** What a made-up user's record holds, for those who do something else with it than sync. */
export interface SyntheticUserData {
  readonly username: string;
  readonly nickname: string;
  readonly email: string;
  readonly phone: string;
  readonly title: string;
  readonly managerUid: string | null;
  readonly departments: readonly string[];
}

/** What a made-up department's record holds. */
export interface SyntheticDepartmentData {
  readonly title: string;
  readonly parentUid: string | null;
  readonly order: number;
}

/** A made-up record. */
export interface SyntheticRecord<Data> extends SourceRecord {
  readonly externalId: string;
  readonly data: Data;
}

/** User number `index` (from 0) of the made-up source, as a record of the push format. */
export function syntheticUser(index: number, options: SyntheticOptions): SyntheticRecord<SyntheticUserData> {
  const number = numberOf(index, options);
  const changed = isChanged(index, options);
  return {
    externalId: `u${number}`,
    data: {
      username: `user${number}`,
      nickname: `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]}`,
      email: `user${number}@example.com`,
      phone: `+861380${number}`,
      title: changed ? `Senior ${titleOf(index)} (${options.seed ?? 0})` : titleOf(index),
      managerUid: index === 0 ? null : `u${numberOf(Math.floor((index - 1) / 10), options)}`,
      departments: departmentsOf(index, options.departments),
    },
  };
}

/** Department number `index` (from 0); the first is the root. */
export function syntheticDepartment(
  index: number,
  { fanOut = 8 }: SyntheticOptions,
): SyntheticRecord<SyntheticDepartmentData> {
  const parentUid = index === 0 ? null : departmentId(Math.floor((index - 1) / fanOut));
  return { externalId: departmentId(index), data: { title: `Department ${index}`, parentUid, order: index % 8 } };
}

const FIRST = ['Ada', 'Bao', 'Chidi', 'Dörte', 'Élodie', 'Farid', 'Giang', 'Hana', 'Ines', '子涵'];
const LAST = ['Adams', 'Brandt', 'Çelik', 'Dvořák', 'Eze', 'Flores', 'García', 'Hansen', 'Ito', '李', 'Müller'];
const TITLES = ['Engineer', 'Analyst', 'Buyer', 'Planner', 'Clerk', 'Designer', 'Driver'];

const titleOf = (index: number): string => TITLES[index % TITLES.length] ?? '';

const numberOf = (index: number, { firstNumber = 0 }: SyntheticOptions): string =>
  String(index + firstNumber).padStart(7, '0');

const departmentId = (index: number): string => `d${String(index).padStart(6, '0')}`;

/** Every third user is in two departments. */
function departmentsOf(index: number, departments: number): string[] {
  if (departments === 0) return [];
  const main = index % departments;
  const second = (main + 1) % departments;
  return index % 3 === 0 && second !== main ? [departmentId(main), departmentId(second)] : [departmentId(main)];
}

function isChanged(index: number, { changedPercent = 0, seed = 0 }: SyntheticOptions): boolean {
  return scatter(index, seed) * 100 < changedPercent;
}

/** A number in 0..1 that depends on both, evenly spread (the finaliser of MurmurHash3). */
function scatter(index: number, seed: number): number {
  let hash = (index ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function* fullRead(options: SyntheticOptions): Generator<Message> {
  yield { type: 'total', records: options.users + options.departments };
  yield* pages('department', departments(options), options);
  yield { type: 'complete', kind: 'department', evidence: `${options.departments} made-up departments` };
  yield* pages('user', users(options), options);
  yield { type: 'complete', kind: 'user', evidence: `${options.users} made-up users` };
}

function* departments(options: SyntheticOptions): Generator<SourceRecord> {
  for (let index = 0; index < options.departments; index += 1) yield syntheticDepartment(index, options);
}

function* users(options: SyntheticOptions): Generator<SourceRecord> {
  for (let index = 0; index < options.users; index += 1) yield syntheticUser(index, options);
}

function* changedUsers(options: SyntheticOptions): Generator<SourceRecord> {
  for (let index = 0; index < options.users; index += 1) {
    if (isChanged(index, options)) yield syntheticUser(index, options);
  }
}

function* pages(
  kind: string,
  records: Iterable<SourceRecord>,
  { pageSize = 1_000 }: SyntheticOptions,
): Generator<Message> {
  let page: SourceRecord[] = [];
  for (const record of records) {
    page.push(record);
    if (page.length < pageSize) continue;
    yield { type: 'records', kind, records: page };
    page = [];
  }
  if (page.length > 0) yield { type: 'records', kind, records: page };
}
