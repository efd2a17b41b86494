import type { Response } from 'express';

/** Calls `act` once when an answer is over, however it ends; in the next tick when its client left before. */
export function onceClosed(response: Response, act: () => void): void {
  if (response.destroyed) process.nextTick(act);
  else response.once('close', act);
}
