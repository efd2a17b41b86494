/** Asks at most once in `ageMs`, whoever asks meanwhile; a failure is not remembered. */
export function rememberFor<T>(ageMs: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly answer: Promise<T>; readonly until: number } | null = null;
  return () => {
    if (asked && performance.now() < asked.until) return asked.answer;
    const current = { answer: ask(), until: performance.now() + ageMs };
    asked = current;
    current.answer.catch(() => {
      if (asked === current) asked = null;
    });
    return current.answer;
  };
}
