import type { Patch } from './patch.js';

/** The product without one of its guards, for controls: the test that proves the guard must fail. */
export interface Mutation {
  readonly patches?: readonly Patch[];
  /** Run in the test's database before the processes start. */
  readonly sql?: string;
}

/** By what is missing. A patch whose place is gone makes its control fail, so none of them can rot. */
export const MUTATIONS = {
  'the sweeper': {
    patches: [
      {
        file: 'src/tasks/fleet/sweep.ts',
        find: 'await ringAllAgain(deps, await findUnheard(prisma, { olderThanMs: unheardMs, limit: LIMIT }));',
        replace:
          'if (unheardMs < 0) await ringAllAgain(deps, await findUnheard(prisma, { olderThanMs: 0, limit: LIMIT }));',
      },
    ],
  },
  'the fence, in each transaction and in the heartbeat': {
    patches: [
      {
        file: 'src/tasks/life/heartbeat.store.ts',
        find: 'if (answer === null) return new FencedError(claim.taskId);',
        replace: 'if (answer === null) return null;',
      },
      {
        file: 'src/pipeline/fenced.store.ts',
        find: 'if (mine.length === 0) throw new FencedError(run.taskId);',
        replace: '',
      },
    ],
  },
  'the mark in the transaction of its page (it comes before)': {
    patches: [
      {
        file: 'src/pipeline/apply/apply.ts',
        find: 'if (page.length > 0) await applyPage(tx, context, target, page);',
        replace: `if (page.length > 0) await context.db.pool.query('UPDATE sync_tasks SET mark_rank = $1, mark_id = $2 WHERE id = $3',
          [page.at(-1)!.rank, page.at(-1)!.id, context.task.id]);
        if (page.length > 0) await applyPage(tx, context, target, page);`,
      },
      {
        file: 'src/pipeline/apply/apply.ts',
        find: 'await target.createPlanned(tx, context.scope, lines);',
        replace: `await context.db.pool.query('UPDATE sync_tasks SET mark_rank = $1, mark_id = $2 WHERE id = $3',
          [lines.rank, lines.to, context.task.id]);
        await target.createPlanned(tx, context.scope, lines);`,
      },
      {
        file: 'src/pipeline/fenced.store.ts',
        find: 'AND fence = ${run.fence} FOR KEY SHARE`',
        replace: 'AND fence = ${run.fence}`',
      },
    ],
  },
  'the mark in the transaction of its page (it comes after)': {
    patches: [
      {
        file: 'src/pipeline/apply/apply-page.ts',
        find: 'await saveMark(tx, context, { rank: lines.rank, id: lines.to });',
        replace: `context.afterPage = (tx: Tx) => saveMark(tx, context, { rank: lines.rank, id: lines.to });`,
      },
      {
        file: 'src/pipeline/apply/apply.ts',
        find: 'return step;\n    });',
        replace: `return step;
    }).then(async (step) => {
      if (step.done > 0) await fenced(context, (tx) => context.afterPage(tx));
      return step;
    });`,
      },
      {
        file: 'src/pipeline/apply/apply.ts',
        find: 'await saveDone(tx, context, job, done);\n      return { done, ended: true };',
        replace:
          'await saveDone(tx, context, job, done);\n      if (done > 0) await context.afterPage(tx);\n      return { done, ended: true };',
      },
    ],
  },
  'the checkpoint in the transaction of its records (it comes before)': {
    patches: [
      {
        file: 'src/pipeline/pull/commit-page.ts',
        find: '  await fenced(context, async (tx) => {\n    await stagePage',
        replace: `  await fenced(context, (tx) => savePullMarks(tx, context, {
    ...end, complete: {}, pulled: false, disproved: false }));
  await fenced(context, async (tx) => {
    await stagePage`,
      },
    ],
  },
  'the plan that begins from scratch': {
    patches: [
      {
        file: 'src/pipeline/plan/reset-plan.store.ts',
        find: "AND outcome IS DISTINCT FROM 'applied'`",
        replace: 'AND false`',
      },
    ],
  },
  'the refusal of ended tasks': {
    patches: [
      {
        file: 'src/tasks/life/startable-tasks.store.ts',
        find: 'ELSE t.status = ANY(${[...ACTIVE_STATUSES]}::text[])\n                AND',
        replace: 'ELSE',
      },
    ],
  },
  'the second look at rings that were given out': {
    patches: [
      {
        file: 'src/tasks/life/ring.store.ts',
        find: "OR GREATEST(t.rung_at, t.not_before) < now() - ${olderThanMs} * interval '1 millisecond')",
        replace: 'OR t.worker IS NOT NULL AND ${olderThanMs} > 0)',
      },
    ],
  },
  'the results of pushes in the transaction of the end': {
    patches: [
      {
        file: 'src/pipeline/finish/finish.ts',
        find: '      await savePushResults(tx, context, judged.status);\n',
        replace: '',
      },
      {
        file: 'src/pipeline/finish/finish.ts',
        find: "  run.report({ phase: 'apply', line: `${verdict.status}:",
        replace: `  await fenced(context, (tx) => savePushResults(tx, context, verdict.status));
  run.report({ phase: 'apply', line: \`\${verdict.status}:`,
      },
    ],
  },
  'the commit before the answer': {
    patches: [
      {
        file: 'src/tasks/inbox/accept-push.store.ts',
        find: 'const push = await storePush(deps, request, content);',
        replace: `const early = { pushId: uuidv7(), taskId: uuidv7(), replayed: false };
  setTimeout(() => void storePush(deps, request, content).catch(() => undefined), 20);
  if (early) return early;
  const push = null as any;`,
      },
    ],
  },
  'the commit of an edit before its answer': {
    patches: [
      {
        file: 'src/http/api/users/change-user.ts',
        find: 'const queued = await inTransaction(deps.db, (tx) => decide(tx, deps, call, checked));',
        replace: `const late = inTransaction(deps.db, (tx) => decide(tx, deps, call, checked));
      late.catch(() => undefined);
      if (checked) return { status: 202, body: { taskId: call.params.id } };
      const queued = await late;`,
      },
    ],
  },
  'the comparison of an edit with what is stored': {
    patches: [
      {
        file: 'src/pipeline/pull/dedupe-page.ts',
        find: 'const same = known.get(externalId) === hash && record.problems.length === 0;',
        replace: 'const same = known.get(externalId) === hash && externalId === null;',
      },
      {
        file: 'src/domain/decide-change.ts',
        find: "if (!difference && action === 'update') return",
        replace: "if (!difference && action === 'create') return",
      },
      {
        file: 'src/domain/decide-change.ts',
        find: 'difference ?? { before: {}, after: {} }',
        replace: 'difference ?? { before: wanted, after: wanted }',
      },
    ],
  },
  'the second plan of an edit after a take-over': {
    patches: [
      {
        file: 'src/pipeline/run-task.ts',
        find: "if (status === 'applying' && !safePart) return applyAndFinish(context, { round: 1 });",
        replace: "if (status === 'applying' && !safePart) return applyAndFinish(context, { round: ROUNDS });",
      },
    ],
  },
  'the idempotency key': {
    patches: [
      {
        file: 'src/tasks/inbox/insert-pushes.store.ts',
        find: 'WHERE key IS NULL OR id IN (SELECT push_id FROM first_use)',
        replace: 'WHERE true',
      },
    ],
  },
  'the end of transactions that say nothing': {
    patches: [
      {
        file: 'src/platform/db.ts',
        find: '    idle_in_transaction_session_timeout: SILENT_TRANSACTION_MS,\n',
        replace: '',
      },
    ],
  },
  'the count of crashes': {
    patches: [{ file: 'src/tasks/life/claim-task.store.ts', find: 'MAX_CRASHES = 3', replace: 'MAX_CRASHES = 1_000' }],
  },
  'the lease of a living worker': {
    patches: [
      {
        file: 'src/tasks/life/startable-tasks.store.ts',
        find: "AND (t.heartbeat_at IS NULL OR t.heartbeat_at < now() - ${LEASE_MS} * interval '1 millisecond')",
        replace: 'AND ${LEASE_MS} > 0',
      },
    ],
  },
  'the disbelief in a read that broke off': {
    patches: [
      {
        file: 'src/pipeline/pull/pull.ts',
        find: 'for await (const message of readApart(adapter, request, given)) {',
        replace: `const completed = async function* () {
    try {
      yield* readApart(adapter, request, given);
    } catch {
      for (const kind of ['user', 'department']) yield { type: 'complete', kind, evidence: 'none' };
    }
  };
  for await (const message of completed()) {`,
      },
      {
        file: 'src/pipeline/pull/pull.ts',
        find: 'return this.total !== null && this.total !== this.seq;',
        replace: 'return false;',
      },
    ],
  },
  'the comparison with the total': {
    patches: [
      {
        file: 'src/pipeline/pull/pull.ts',
        find: 'return this.total !== null && this.total !== this.seq;',
        replace: 'return false;',
      },
    ],
  },
  'the guard against empty sources': {
    patches: [
      {
        file: 'src/domain/guard-plan.ts',
        find: 'if (complete && seen === 0 && linked > 0) return',
        replace: 'if (complete && seen < 0) return',
      },
    ],
  },
  'the time limit on calls to the queue': {
    patches: [
      { file: 'src/queue/queue.ts', find: 'TIMEOUT_MS = 400', replace: 'TIMEOUT_MS = 10_000' },
      { file: 'src/queue/queue.ts', find: 'if (!backend.isUp()) throw', replace: 'if (backend === null) throw' },
      { file: 'src/queue/redis-backend.ts', find: 'enableOfflineQueue: false', replace: 'enableOfflineQueue: true' },
      { file: 'src/queue/redis-backend.ts', find: 'commandTimeout: 5_000', replace: 'commandTimeout: 60_000' },
    ],
  },
  'the answer although the bell failed': {
    patches: [
      {
        file: 'src/tasks/life/ring.store.ts',
        find: "logger.warn('job not added;",
        replace: "throw error;\n    logger.warn('job not added;",
      },
    ],
  },
  'the index of one task at work': { sql: 'DROP INDEX sync_tasks_one_active' },
} as const satisfies Record<string, Mutation>;

/** What a control runs without. */
export type MutationName = keyof typeof MUTATIONS;
