import { InFlight } from './in-flight.js';

/** A page whose commit the test ends. */
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
  const inFlight = new InFlight();
  const [first, second] = [page('first', seen), page('second', seen)];
  await inFlight.send(first.commit);
  seen.push('second is made');
  const sent = inFlight.send(second.commit);
  await new Promise((done) => setImmediate(done));
  first.end();
  await sent;
  second.end();
  await inFlight.landed();

  expect(seen).toEqual(['first begins', 'second is made', 'first ends', 'second begins', 'second ends']);
});

test('what became of a page is told to who sends or waits next, and a rest only waits', async () => {
  const lost = new Error('lost');
  const inFlight = new InFlight();
  const first = page('first', []);
  await inFlight.send(first.commit);
  first.end(lost);

  await expect(inFlight.send(() => Promise.resolve())).rejects.toBe(lost);
  await expect(inFlight.landed()).rejects.toBe(lost);
  await expect(inFlight.rest()).resolves.toBeUndefined();
});
