/**
 * Works now and again and again; one round never meets the next. `work` must not throw.
 *
 * @param everyMs the pause between two rounds; up to a fifth more, so that many processes don't work at once.
 * @returns what ends it; answers when nothing is under way any more.
 */
export function repeat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async () => {
    await work();
    if (!stopped) timer = setTimeout(begin, everyMs * (1 + Math.random() / 5));
  };
  let working = Promise.resolve();
  const begin = () => void (working = round());
  begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return working;
  };
}
