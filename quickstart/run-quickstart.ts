import { closeAll, type Closing } from '../src/platform/shutdown.js';
import { ensureAdminKey } from './ensure-admin-key.js';
import { ensureConsole } from './ensure-console.js';
import { ensureSecretKeys } from './ensure-secret-keys.js';
import { nextSteps } from './next-steps.js';
import { openWorkspace, type Workspace } from './open-workspace.js';
import type { Quickstart, QuickstartOptions } from './quickstart.js';
import { startDatabase } from './start-database.js';
import { startServices } from './start-services.js';
import { syncSampleCompany } from './sync-sample-company.js';
import { untilAborted } from './until-aborted.js';

/** The worker finishes its page and gives its task back; that may take a while. */
const STOP_TIMEOUT_MS = 30_000;

const EXIT_STOPPED = 130;

/**
 * Starts PostgreSQL, API and worker, syncs the sample company, and stops everything when `signal` aborts.
 *
 * @returns the exit code.
 */
export async function runQuickstart(options: QuickstartOptions): Promise<number> {
  const closings: Closing[] = [];
  const broken = new AbortController();
  const quickstart: Quickstart = {
    ...options,
    signal: AbortSignal.any([options.signal, broken.signal]),
    keep: (closing) => void closings.unshift(closing),
    fail: (error) => broken.abort(error),
  };
  const problem = await runSteps(quickstart).catch((error: unknown) => error as Error);
  const unclosed = await closeAll(closings, STOP_TIMEOUT_MS);
  for (const { what, cause } of unclosed) options.say(`${what} could not be stopped: ${cause}`);
  return explain(options, problem, broken.signal) + (unclosed.length > 0 ? 1 : 0);
}

/** @returns null at the end, or the reason for a stop. */
async function runSteps(quickstart: Quickstart): Promise<Error | null> {
  const { say, signal } = quickstart;
  const workspace = await openWorkspace(quickstart);
  say('Rollcall quickstart');
  const databaseUrl = await startDatabase(quickstart, workspace);
  signal.throwIfAborted();
  const key = await ensureAdminKey(workspace, databaseUrl);
  const secretKeys = await ensureSecretKeys(workspace);
  // With --once no page is opened.
  if (!quickstart.once) await ensureConsole(quickstart.root, say);
  signal.throwIfAborted();
  const url = await startServices(quickstart, workspace, { databaseUrl, secretKeys });
  await syncSampleCompany({ url, key, signal }, say);
  await showFarewell(quickstart, workspace, { url, key });
  return null;
}

async function showFarewell(
  quickstart: Quickstart,
  workspace: Workspace,
  access: { readonly url: string; readonly key: string },
): Promise<void> {
  if (quickstart.once) return;
  quickstart.say(nextSteps({ ...access, folder: workspace.shownFolder }));
  await untilAborted(quickstart.signal);
}

function explain({ say, signal, once }: QuickstartOptions, problem: Error | null, broken: AbortSignal): number {
  if (broken.aborted) {
    say(`\nThe quickstart failed: ${(broken.reason as Error).message}`);
    return 1;
  }
  if (signal.aborted) {
    say('\nStopped. The data is kept and used by the next start.');
    return problem === null ? 0 : EXIT_STOPPED;
  }
  if (problem === null) {
    if (once) say('\nFinished and stopped. Without --once, the API, the worker and the queue keep running.');
    return 0;
  }
  say(`\nThe quickstart failed: ${problem.message}`);
  return 1;
}
