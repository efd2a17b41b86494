import { once } from 'node:events';
import type { Response } from 'express';
import { csvLine } from '../../../domain/csv-line.js';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { findNames } from './change-names.store.js';
import { type ChangeRow, listChanges } from './change.store.js';
import { findPermittedTask } from './find-permitted-task.js';
import { taskParams } from './task-schema.js';

const PAGE = 500;
const HEADER = ['kind', 'externalId', 'targetId', 'name', 'action', 'outcome', 'code', 'message', 'before', 'after'];

/** All changes of a task as a file: read and sent page by page, so that its size does not matter. */
export function changeExportRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'exportChanges',
    method: 'get',
    path: '/tasks/{id}/changes.csv',
    role: 'viewer',
    narrowed: 'allowed',
    tag: 'Tasks',
    summary: "A task's changes as CSV; cells that a spreadsheet would run begin with an apostrophe",
    params: taskParams,
    missing: 'task_not_found',
    replies: { 200: { description: 'UTF-8 with a byte order mark.', contentType: 'text/csv' } },
    async handle({ params, principal, response }) {
      const task = await findPermittedTask(deps.db.prisma, principal, params.id);
      response.status(200).type('text/csv; charset=utf-8');
      response.setHeader('Content-Disposition', `attachment; filename="task-${task.batch}.csv"`);
      await send(response, `\uFEFF${csvLine(HEADER)}`);
      for await (const text of pages(deps, task.id)) {
        if (response.destroyed || deps.stopping.aborted) break;
        await send(response, text);
      }
      // A file that was cut off must not look whole.
      if (deps.stopping.aborted) response.destroy();
      else response.end();
      return null;
    },
  });
}

async function* pages({ db }: HttpDeps, taskId: string): AsyncGenerator<string> {
  let after: readonly [number, string] | null = null;
  do {
    const rows: ChangeRow[] = await listChanges(db.prisma, { taskId, after, limit: PAGE });
    const ids = rows.flatMap(({ targetId }) => (targetId === null ? [] : [targetId]));
    const names = await findNames(db.prisma, taskId, [...new Set(ids)]);
    yield rows.map((row) => lineOf(row, names)).join('');
    const last = rows.at(-1);
    after = rows.length === PAGE && last ? [last.rank, last.id] : null;
  } while (after !== null);
}

function lineOf(row: ChangeRow, names: Readonly<Record<string, string>>): string {
  const { kind, externalId, targetId, action, outcome, code, message, before, after } = row;
  const name = targetId === null ? null : names[targetId];
  return csvLine([kind, externalId, targetId, name, action, outcome, code, message, before, after]);
}

/** Writes, and waits while the reader is slower than we are. */
async function send(response: Response, text: string): Promise<void> {
  if (!response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
