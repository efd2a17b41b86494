import type { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';

/**
 * Closes the answers that wait behind another one of their connection (pipelining) when that connection ends. Node emits
 * `close` only for the one whose turn it is, so what is released on `close` would leak for all others.
 */
export function closeQueued(): RequestHandler {
  const queuedOf = new WeakMap<Socket, Set<Response>>();

  function watch(socket: Socket): Set<Response> {
    const queued = new Set<Response>();
    queuedOf.set(socket, queued);
    socket.once('close', () => {
      for (const response of queued) response.destroy().emit('close');
    });
    return queued;
  }

  return ({ socket }, response, next) => {
    if (response.socket === null) {
      const queued = queuedOf.get(socket) ?? watch(socket);
      queued.add(response);
      response.once('socket', () => queued.delete(response));
    }
    next();
  };
}

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
