/**
 * Works on several items at once and gives the results in the items' order.
 *
 * When one fails, no further item is begun; its error comes in its turn. Leaving early begins no further ones either.
 * @param atOnce 1 or more
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const source = items[Symbol.iterator]();
  const under: Promise<Result>[] = [];
  const begin = (): void => {
    const next = source.next();
    if (next.done === true) return;
    const result = work(next.value);
    // Awaited in order; until then, avoid an unhandled rejection.
    result.catch(() => undefined);
    under.push(result);
  };
  for (let count = 0; count < atOnce; count += 1) begin();
  for (let first = under.shift(); first; first = under.shift()) {
    const result = await first;
    begin();
    yield result;
  }
}
