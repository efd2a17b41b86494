import { csvLine } from '../../../domain/csv-line.js';
import type { Authenticator } from '../../../access/authenticator.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { sendPieces } from '../../core/event-stream.js';
import { findNames } from './change-names.store.js';
import { findPermittedTask } from '../find-permitted.js';
import { type ChangeReader, readChanges, type SeenChange } from './read-changes.js';
import { taskParams } from './task-schema.js';

const PAGE = 500;
const HEADER = [
  'kind',
  'externalId',
  'targetId',
  'name',
  'action',
  'outcome',
  'code',
  'message',
  'before',
  'after',
  'problems',
  'partlyHidden',
];

/** All changes of a task as a file: read and sent page by page, so that its size does not matter. */
export function changeExportRoute(deps: HttpDeps, authenticator: Authenticator): Route {
  return defineRoute({
    id: 'exportChanges',
    method: 'get',
    path: '/tasks/{id}/changes.csv',
    role: 'viewer',
    narrowed: 'allowed',
    staysOpen: 'export',
    tag: 'Tasks',
    summary: "A task's changes as CSV; cells that a spreadsheet would evaluate begin with an apostrophe",
    params: taskParams,
    missing: 'task_not_found',
    replies: { 200: { description: 'UTF-8 with a byte order mark.', contentType: 'text/csv' } },
    async handle({ params, principal, response }) {
      const task = await findPermittedTask(deps.db.prisma, principal, params.id);
      response.status(200).type('text/csv; charset=utf-8');
      response.setHeader('Content-Disposition', `attachment; filename="task-${task.batch}.csv"`);
      const pieces = linesOf({ tx: deps.db.prisma, targets: deps.targets, principal }, task.id);
      await sendPieces(
        response,
        pieces,
        async () => !deps.stopping.aborted && (await authenticator.isInForce(principal)),
      );
      return null;
    },
  });
}

async function* linesOf(reader: ChangeReader, taskId: string): AsyncGenerator<string> {
  yield `\uFEFF${csvLine(HEADER)}`;
  let after: readonly [number, string] | null = null;
  do {
    const rows: readonly SeenChange[] = await readChanges(reader, { taskId, after, limit: PAGE });
    const ids = rows.flatMap(({ targetId }) => (targetId === null ? [] : [targetId]));
    const names = await findNames(reader.tx, { taskId, sourceId: reader.principal.sourceId }, [...new Set(ids)]);
    yield rows.map((row) => lineOf(row, names)).join('');
    const last = rows.at(-1);
    after = rows.length === PAGE && last ? [last.rank, last.id] : null;
  } while (after !== null);
}

function lineOf(row: SeenChange, names: Readonly<Record<string, string>>): string {
  const { kind, externalId, targetId, action, outcome, code, message, before, after, partlyHidden } = row;
  const problems = row.problems.map(({ field, ...why }) => `${field}: ${why.message} (${why.code})`);
  const name = targetId === null ? null : names[targetId];
  return csvLine([
    kind,
    externalId,
    targetId,
    name,
    action,
    outcome,
    code,
    message,
    before,
    after,
    problems.join('; '),
    partlyHidden || null,
  ]);
}
