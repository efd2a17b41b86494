import { type HeldPush, waitForPush } from '../../../tasks/inbox/wait-for-push.store.js';
import type { Call } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import type { PushOutcome } from './push-schema.js';
import { withoutForeignIds } from '../../../domain/own-view.js';

/** Which push a request waits for, how long, and in which slot of its caller. */
export interface PushWait {
  readonly pushId: string;
  readonly timeoutMs: number;
  readonly beginWait: Call<unknown, unknown, unknown>['beginWait'];
}

/**
 * Waits for the outcome of a push, or until its task is held for a person's approval; without ids of rows that other
 * sources may have supplied.
 * @returns null when it takes longer, the caller has no slot to wait in, the client leaves or this process goes down: the
 * push is safe in each case
 */
export async function awaitPush(deps: HttpDeps, wait: PushWait): Promise<PushOutcome | HeldPush | null> {
  const found = await awaitResult(deps, wait);
  return found === null || found.status === 'held' ? found : plainOutcome(found);
}

/** The same with the ids of other rows, for a caller who may see every row. */
export async function awaitResult(
  deps: HttpDeps,
  { pushId, timeoutMs, beginWait }: PushWait,
): Promise<PushOutcome | HeldPush | null> {
  if (timeoutMs <= 0 || deps.stopping.aborted) return null;
  const closed = beginWait();
  if (closed === null) return null;
  const over = new AbortController();
  const stop = () => over.abort();
  for (const signal of [closed, deps.stopping]) signal.addEventListener('abort', stop, { once: true });
  try {
    // Written by this project only (pushes.result).
    return (await waitForPush(deps, pushId, { timeoutMs, signal: over.signal })) as PushOutcome | HeldPush | null;
  } finally {
    deps.stopping.removeEventListener('abort', stop);
  }
}

type Resource = NonNullable<PushOutcome['resources']>[number];

/** The outcome of a push, without ids of rows that other sources may have supplied: a caller that pushes knows none. */
export function plainOutcome({ resources, ...outcome }: PushOutcome): PushOutcome {
  return resources === undefined ? outcome : { ...outcome, resources: resources.map(plainResource) };
}

function plainResource({ failedRecords, problems, ...resource }: Resource): Resource {
  const leftOut = problems?.map((one) => ({ ...one, problems: one.problems.map(withPlainMessage) }));
  return {
    ...resource,
    failedRecords: failedRecords.map(withPlainMessage),
    ...(leftOut === undefined ? {} : { problems: leftOut }),
  };
}

function withPlainMessage<Failure extends { readonly code: string; readonly message: string }>(one: Failure): Failure {
  return { ...one, message: withoutForeignIds(one.code, one.message) };
}
