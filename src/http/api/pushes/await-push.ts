import { type HeldPush, waitForPush } from '../../../tasks/inbox/wait-for-push.store.js';
import type { HttpDeps } from '../../core/http-deps.js';
import type { PushOutcome } from './push-schema.js';
import { withoutForeignIds } from '../../../domain/own-view.js';

/**
 * Waits for the outcome of a push, or until its task is held for a person's approval; without ids of rows that other
 * sources may have supplied.
 * @returns null when it takes longer, or this process goes down: the push is safe either way
 */
export async function awaitPush(
  deps: HttpDeps,
  pushId: string,
  timeoutMs: number,
): Promise<PushOutcome | HeldPush | null> {
  const found = await awaitResult(deps, pushId, timeoutMs);
  return found === null || found.status === 'held' ? found : plainOutcome(found);
}

/** The same with the ids of other rows, for a caller who may see every row. */
export async function awaitResult(
  deps: HttpDeps,
  pushId: string,
  timeoutMs: number,
): Promise<PushOutcome | HeldPush | null> {
  if (timeoutMs <= 0 || deps.stopping.aborted) return null;
  let stop = () => {};
  const stopped = new Promise<null>((done) => {
    stop = () => done(null);
    deps.stopping.addEventListener('abort', stop, { once: true });
  });
  try {
    // Written by this project only (pushes.result).
    return (await Promise.race([waitForPush(deps, pushId, timeoutMs), stopped])) as PushOutcome | HeldPush | null;
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
