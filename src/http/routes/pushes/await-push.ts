import { waitForPush } from '../../../tasks/wait-for-push.js';
import type { HttpDeps } from '../../http-deps.js';
import type { PushOutcome } from './push-schema.js';

/** Waits for the outcome of a push; null when it takes longer, or this process goes down: the push is safe either way. */
export async function awaitPush(deps: HttpDeps, pushId: string, timeoutMs: number): Promise<PushOutcome | null> {
  if (timeoutMs <= 0 || deps.stopping.aborted) return null;
  let stop = () => {};
  const stopped = new Promise<null>((done) => {
    stop = () => done(null);
    deps.stopping.addEventListener('abort', stop, { once: true });
  });
  try {
    // Written by this project only (pushes.result).
    return (await Promise.race([waitForPush(deps, pushId, timeoutMs), stopped])) as PushOutcome | null;
  } finally {
    deps.stopping.removeEventListener('abort', stop);
  }
}
