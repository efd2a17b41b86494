import type { Response } from 'express';

/** Calls `act` once when an answer is over, however it ends; in the next tick when its client left before. */
export function onceClosed(response: Response, act: () => void): void {
  if (response.destroyed) process.nextTick(act);
  else response.once('close', act);
}

/** A signal that aborts when an answer is over, however it ends. */
export function closedSignal(response: Response): AbortSignal {
  const closed = new AbortController();
  onceClosed(response, () => closed.abort());
  return closed.signal;
}
