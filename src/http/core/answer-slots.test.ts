import { AnswerSlots } from './answer-slots.js';

const newSlots = () => new AnswerSlots({ stream: 3, export: 1, check: 2, signIn: 1, wait: 2 });

test('a caller who has the most open is refused with a time and what to do; other callers and sorts are not', () => {
  const slots = newSlots();
  for (let at = 0; at < 3; at += 1) slots.take('a', 'stream');
  expect(() => slots.take('a', 'stream')).toThrow(
    expect.objectContaining({
      ...{ status: 429, code: 'too_many_open', retryAfterS: 5 },
      message: expect.stringContaining('3 event streams open, which is the limit: close streams') as string,
    }) as Error,
  );
  slots.take('b', 'stream');
  slots.take('a', 'export');
  expect(() => slots.take('a', 'export')).toThrow('1 exports open, which is the limit: read them to the end or close');
  for (let at = 0; at < 2; at += 1) slots.take('a', 'check');
  expect(() => slots.take('a', 'check')).toThrow('2 tests of source options open, which is the limit: wait until one');
  slots.take('a', 'signIn');
  expect(() => slots.take('a', 'signIn')).toThrow('1 sign-ins from this address wait for the identity provider');
});

test('what is given back can be taken again, and only once', () => {
  const slots = newSlots();
  for (let at = 0; at < 100; at += 1) {
    const release = slots.take('a', 'export');
    release();
    release();
  }
  slots.take('a', 'export');
  expect(() => slots.take('a', 'export')).toThrow('open');
});

test('a request that waits is not refused: there is a slot or there is none', () => {
  const slots = newSlots();
  const [first, second] = [slots.tryTake('a', 'wait'), slots.tryTake('a', 'wait')];
  expect([typeof first, typeof second, slots.tryTake('a', 'wait')]).toEqual(['function', 'function', null]);
  expect(slots.tryTake('b', 'wait')).not.toBeNull();
  expect(slots.tryTake('a', 'stream')).not.toBeNull();
  first?.();
  expect(slots.tryTake('a', 'wait')).not.toBeNull();
  expect(slots.tryTake('a', 'wait')).toBeNull();
});
