import { CursorExpiredError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadRequest } from '../source-adapter.js';
import { type ChangeTracker, trackAdChanges, trackOpenldapChanges } from './track-changes.js';
import { commonProblems } from './list-hints.js';
import type { Directory } from './directory.js';
import { findUnlocked } from './is-account-active.js';
import { digestLinks, fingerprintOptions, fingerprintTree } from './link-digest.js';
import type { DirectoryIndex } from './index-directory.js';
import type { LdapConfig, LdapCursor } from './ldap-config.js';
import { type Reading, yieldDepartments } from './read-kinds.js';
import { planRead } from './read-plan.js';
import { readAllUsers, readChangedUsers } from './read-users.js';
import { settleIndex } from './settle-index.js';
import type { PageSize } from './sweep.js';
import { findUnknownFilters, UNKNOWN_FILTER_ATTRIBUTE, type UnknownFilter } from './unknown-filters.js';

type Message = SourceMessage<LdapCursor>;

const DEFAULT_PAGE_SIZE = 500;

/** The input of a read. */
export interface DirectoryReadRequest {
  /** The cursor where the last finished read ended, for a delta. */
  readonly since: LdapCursor | null;
  readonly findUnlinked: ReadRequest<LdapCursor>['findUnlinked'];
}

/**
 * Reads a directory: a sweep of ids and DNs, all departments, then all users or (delta) the users that changed.
 *
 * A delta names all other users as present, so it proves absence like a full read. It reads all users if the places or
 * owners of departments changed: a moved unit changes the DNs of its users but not their change marks.
 * @throws CursorExpiredError if `since` was made with other options or by another server
 */
export async function* readDirectory(
  directory: Directory,
  config: LdapConfig,
  request: DirectoryReadRequest,
): AsyncGenerator<Message> {
  const nameOnce = commonProblems(config);
  let records = 0;
  let checkpoint: Message | null = null;
  for await (const message of readMessages(directory, config, request)) {
    records += countOf(message);
    if (message.type === 'checkpoint') checkpoint = message;
    else yield nameOnce(message);
  }
  // Users are created and deleted between the sweep and the read: the number of the sweep is for progress, this number
  // ends the read.
  yield { type: 'total', records };
  if (checkpoint !== null) yield checkpoint;
}

async function* readMessages(
  directory: Directory,
  config: LdapConfig,
  { since, findUnlinked }: DirectoryReadRequest,
): AsyncGenerator<Message> {
  const options = fingerprintOptions(config);
  if (since !== null && since.options !== options) throw otherOptions();
  const tracker = await openTracker(directory, config, since);
  const plan = planRead(config);
  const pageSize: PageSize = { current: config.pageSize ?? DEFAULT_PAGE_SIZE };
  const found = await settleIndex(directory, plan, { pageSize, watch: tracker.watch });
  const { index } = found;
  const unknown = await findUnknownFilters(directory, plan);
  const { settled, isTreeWhole } = judgeIndex(found, unknown);
  const unlocked = await findUnlocked(directory, plan.users, pageSize.current);
  const shared = { ...found, directory, plan, pageSize, unlocked, late: { departments: null, refreshes: 0 } };
  const reading: Reading = { ...shared, settled };
  yield { type: 'total', records: count(index) };
  yield* yieldDepartments({ ...shared, settled: isTreeWhole });
  const tree = fingerprintTree(index);
  const filter = since?.tree === tree && settled ? tracker.changedFilter() : null;
  if (since === null || filter === null) yield* readAllUsers(reading);
  else yield* readChangedUsers(reading, { filter, since, findUnlinked });
  if (!found.settled) yield* rejectTree();
  yield* rejectFilters(unknown);
  const position = settled ? tracker.position() : null;
  if (position !== null) yield { type: 'checkpoint', cursor: { options, tree, links: digestLinks(index), position } };
}

/**
 * The parents of departments require all departments; the departments and managers of users require the entries of both
 * filters.
 */
function judgeIndex(
  { settled }: { readonly settled: boolean },
  unknown: readonly UnknownFilter[],
): { readonly settled: boolean; readonly isTreeWhole: boolean } {
  const isTreeWhole = settled && unknown.every(({ kind }) => kind !== DEPARTMENT);
  return { settled: settled && unknown.length === 0, isTreeWhole };
}

/** Without a checkpoint: the next delta begins where this one began. */
function* rejectTree(): Generator<Message> {
  const reason =
    'Units were created, renamed, moved or deleted during each of 3 reads of the tree. Departments of people, parents ' +
    'of departments and managers stay unchanged, and no record counts as absent. Sync again when no units are being changed.';
  for (const kind of [DEPARTMENT, USER]) yield { type: 'rejected', kind, externalId: null, code: 'tree_moved', reason };
}

/** Also without a checkpoint: the next read uses corrected options. */
function* rejectFilters(unknown: readonly UnknownFilter[]): Generator<Message> {
  for (const { kind, message } of unknown) {
    const reason = `${message} No record of this kind counts as absent; departments of people and managers stay.`;
    yield { type: 'rejected', kind, externalId: null, code: UNKNOWN_FILTER_ATTRIBUTE, reason };
  }
}

function countOf(message: Message): number {
  if (message.type === 'records') return message.records.length;
  if (message.type === 'present' || message.type === 'tombstones') return message.externalIds.length;
  return message.type === 'rejected' ? 1 : 0;
}

function openTracker(
  directory: Directory,
  { preset }: LdapConfig,
  since: LdapCursor | null,
): ChangeTracker | Promise<ChangeTracker> {
  const position = since?.position ?? null;
  if (position !== null && position.preset !== preset) throw otherOptions();
  if (preset === 'ad') return trackAdChanges(directory, position?.preset === 'ad' ? position : null);
  return trackOpenldapChanges(position?.preset === 'openldap' ? position : null);
}

function otherOptions(): CursorExpiredError {
  return new CursorExpiredError('The options of the source changed since the last read, so a full sync is needed.');
}

function count({ users, departments }: DirectoryIndex): number {
  return users.ids.size + (departments?.ids.size ?? 0);
}
