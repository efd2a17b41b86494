import { SyncError } from '../../domain/errors.js';
import type { JsonClient } from '../../outbound/http-client/json-client.js';
import type { CheckResult } from '../source-adapter.js';
import type { DepartmentsPlace, HttpJsonOptions, UsersPlace } from './http-json-options.js';
import { pickPath } from './pick-path.js';
import { readList } from './read-list.js';

/** Requests the first page of each list and reports the paths that do not exist. */
export async function checkApi(client: JsonClient, options: HttpJsonOptions): Promise<CheckResult> {
  try {
    const { departments, users } = options;
    const found: CheckResult[] = [];
    if (departments) found.push(await tryList(client, options, { place: departments, name: 'departments' }));
    if (users) found.push(await tryList(client, options, { place: users, name: 'users' }));
    const bad = found.find((one) => !one.ok);
    return bad ?? { ok: true, hint: found.map(({ hint }) => hint).join(' ') };
  } catch (error) {
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    throw error;
  }
}

async function tryList(
  client: JsonClient,
  options: HttpJsonOptions,
  { place, name }: { place: UsersPlace | DepartmentsPlace; name: 'users' | 'departments' },
): Promise<CheckResult> {
  for await (const { items, total } of readList({ client, options, place, name, budget: { bytes: 0 } })) {
    const ids = items.filter((item) => isGiven(pickPath(item, place.id))).length;
    if (ids < items.length) {
      const hint = `${items.length - ids} of ${items.length} ${name} have no id at "${place.id}".`;
      return { ok: false, code: 'source_config', hint };
    }
    const nowhere = Object.entries(place.fields).filter(([, path]) =>
      items.every((item) => pickPath(item, path) === undefined),
    );
    const missing =
      items.length > 0 && nowhere.length > 0
        ? ` These paths do not exist: ${nowhere.map(([, path]) => `"${path}"`).join(', ')}.`
        : '';
    const all = total === null ? '' : ` of ${total}`;
    return { ok: true, hint: `${items.length}${all} ${name} on the first page.${missing}` };
  }
  return { ok: false, code: 'source_read', hint: `The list of ${name} has no pages.` };
}

const isGiven = (id: unknown): boolean => (typeof id === 'string' && id !== '') || typeof id === 'number';
