import { WriteBehind } from './write-behind.js';

/** A page whose commit ends when the test resolves it. */
function page(name: string, seen: string[]) {
  let end: (error?: Error) => void = () => undefined;
  const commit = () =>
    new Promise<void>((done, fail) => {
      seen.push(`${name} begins`);
      end = (error) => {
        seen.push(`${name} ends`);
        if (error) fail(error);
        else done();
      };
    });
  return { commit, end: (error?: Error) => end(error) };
}

test('the next page is made while one is on its way, and leaves when that one is through', async () => {
  const seen: string[] = [];
  const writeBehind = new WriteBehind();
  const [first, second] = [page('first', seen), page('second', seen)];
  await writeBehind.send(first.commit);
  seen.push('second is made');
  const sent = writeBehind.send(second.commit);
  await new Promise((done) => setImmediate(done));
  first.end();
  await sent;
  second.end();
  await writeBehind.flush();

  expect(seen).toEqual(['first begins', 'second is made', 'first ends', 'second begins', 'second ends']);
});

test('the result of a page is returned to the next send or wait, and a rest only waits', async () => {
  const lost = new Error('lost');
  const writeBehind = new WriteBehind();
  const first = page('first', []);
  await writeBehind.send(first.commit);
  first.end(lost);

  await expect(writeBehind.send(() => Promise.resolve())).rejects.toBe(lost);
  await expect(writeBehind.flush()).rejects.toBe(lost);
  await expect(writeBehind.settle()).resolves.toBeUndefined();
});
