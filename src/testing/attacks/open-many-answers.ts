import type { Answers, Attacked } from './abuse-scene.js';
import { openAnswer, type OpenedAnswer } from './open-answer.js';

const STREAMS = 3_000;
const EXPORTS = 100;
/** Connections that are opened at once: fewer than wait in the line of a listening socket (511). */
const AT_ONCE = 100;

/**
 * Opens thousands of event streams and many exports with one key, reads none of them, and closes all when the last one
 * is answered.
 * @returns what was answered, with the sort of answer before it
 */
export async function openAnswers(attacked: Attacked, rounds: number): Promise<Answers> {
  const answers: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    const opened: OpenedAnswer[] = [];
    const open = async (sort: string, path: string) => {
      const answer = await openAnswer(attacked.baseUrl, path, attacked.viewKey);
      opened.push(answer);
      const name = `${sort} ${nameOf(answer)}`;
      answers[name] = (answers[name] ?? 0) + 1;
    };
    try {
      await openMany(STREAMS, () => open('stream', '/api/v1/task-events'));
      await openMany(EXPORTS, () => open('export', attacked.exportPath));
    } finally {
      for (const { socket } of opened) socket.destroy();
    }
  }
  return answers;
}

/** Goes on to the end when one fails, so that none is opened after the others were closed. */
async function openMany(count: number, open: () => Promise<void>): Promise<void> {
  let left = count;
  const opener = async () => {
    while (left > 0) {
      left -= 1;
      await open();
    }
  };
  const openers = await Promise.allSettled(Array.from({ length: AT_ONCE }, opener));
  for (const one of openers) if (one.status === 'rejected') throw one.reason;
}

function nameOf({ status, begin }: OpenedAnswer): string {
  const code = status < 400 ? undefined : /"code":"(\w+)"/.exec(begin)?.[1];
  const hasTime = /\r\nRetry-After: \d+\r\n/i.test(begin);
  return [status, code, hasTime && 'Retry-After'].filter(Boolean).join(' ');
}
