import { CursorExpiredError } from '../../domain/errors.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ChangeTracker } from './change-tracker.js';
import type { Directory } from './directory.js';
import { fingerprintOptions, fingerprintTree } from './fingerprint.js';
import { type DirectoryIndex, indexDirectory } from './index-directory.js';
import type { LdapConfig } from './ldap-config.js';
import type { LdapCursor } from './ldap-cursor.js';
import { readDepartments, readUsers, tellPresentUsers } from './read-kinds.js';
import { planRead } from './read-plan.js';
import type { PageSize } from './sweep.js';
import { trackAdChanges } from './track-ad-changes.js';
import { trackOpenldapChanges } from './track-openldap-changes.js';

type Message = SourceMessage<LdapCursor>;

const DEFAULT_PAGE_SIZE = 500;

/**
 * Reads a directory: a sweep of ids and DNs, all departments, then all users or (delta) those that changed.
 *
 * A delta names everyone else as present, so it proves absence as a full read does. It reads everyone where the
 * departments' places or owners changed: a moved unit changes its people's DNs but not their change marks.
 * @throws CursorExpiredError when `since` was made with other options or by another server.
 */
export async function* readDirectory(
  directory: Directory,
  config: LdapConfig,
  since: LdapCursor | null,
): AsyncGenerator<Message> {
  const options = fingerprintOptions(config);
  if (since !== null && since.options !== options) throw otherOptions();
  const tracker = await openTracker(directory, config, since);
  const plan = planRead(config);
  const pageSize: PageSize = { current: config.pageSize ?? DEFAULT_PAGE_SIZE };
  const index = await indexDirectory(directory, plan, { pageSize, watch: tracker.watch });
  const tree = fingerprintTree(index);
  const changed = since?.tree === tree ? tracker.changedFilter() : null;
  const reading = { directory, plan, index, pageSize: pageSize.current };
  yield { type: 'total', records: count(index) };
  yield* readDepartments(reading);
  const told = yield* readUsers(reading, changed);
  if (changed !== null) yield* tellPresentUsers(reading, told);
  const position = tracker.position();
  if (position !== null) yield { type: 'checkpoint', cursor: { options, tree, position } };
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
