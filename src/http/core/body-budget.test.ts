import { BodyBudget } from './body-budget.js';

const MEGABYTE = 1_048_576;
const newBudget = () =>
  new BodyBudget({ bytesPerCaller: 20 * MEGABYTE, recordsPerCaller: 1_000, bytes: 30 * MEGABYTE });

function refusal(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

test('a caller who has too much in flight is refused, another is not', () => {
  const budget = newBudget();
  budget.open('a').take(15 * MEGABYTE);
  expect(refusal(() => budget.open('a').take(6 * MEGABYTE))).toMatchObject({
    ...{ status: 429, code: 'too_much_in_flight', retryAfterS: 2 },
  });
  budget.open('b').take(6 * MEGABYTE);
});

test('more than the service takes at once is refused with 503 and a time', () => {
  const budget = newBudget();
  budget.open('a').take(15 * MEGABYTE);
  budget.open('b').take(14 * MEGABYTE);
  expect(refusal(() => budget.open('c').take(2 * MEGABYTE))).toMatchObject({
    ...{ status: 503, code: 'busy', retryAfterS: 2 },
  });
});

test('small bodies pass while large ones fill the budget', () => {
  const budget = newBudget();
  for (const caller of ['a', 'b']) budget.open(caller).take(15 * MEGABYTE);
  for (let at = 0; at < 1_000; at += 1) budget.open('c').take(60_000);
});

test('what is released can be taken again, and only once', () => {
  const budget = newBudget();
  for (let at = 0; at < 100; at += 1) {
    const share = budget.open('a');
    share.take(20 * MEGABYTE);
    share.release();
    share.release();
    share.take(1);
  }
  budget.open('a').take(20 * MEGABYTE);
  expect(() => budget.open('a').take(MEGABYTE)).toThrow('open requests of this key');
});

test('an announced length counts with the first bytes that count, not before', () => {
  const budget = newBudget();
  for (let at = 0; at < 10; at += 1) {
    const slow = budget.open('a');
    slow.announce(10 * MEGABYTE);
    slow.take(1_000);
  }
  const announced = () => {
    const share = budget.open('a');
    share.announce(9 * MEGABYTE);
    share.take(70_000);
    return share;
  };
  announced();
  announced().take(8 * MEGABYTE);
  expect(announced).toThrow('open requests of this key');
});

test('records of a caller count together, however small their bodies, until they are given back', () => {
  const budget = newBudget();
  const shares = [600, 400].map((count) => {
    const share = budget.open('a');
    share.take(1_000);
    share.takeRecords(count);
    return share;
  });
  expect(refusal(() => budget.open('a').takeRecords(1))).toMatchObject({
    ...{ status: 429, code: 'too_much_in_flight', retryAfterS: 2 },
    message:
      'The open requests of this key have more than 1000 records in total. Send the request again when some of them are answered.',
  });
  budget.open('b').takeRecords(1_000);
  shares[0]!.release();
  shares[0]!.release();
  budget.open('a').takeRecords(600);
  expect(() => budget.open('a').takeRecords(1)).toThrow('records');
});
