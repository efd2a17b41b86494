import { EventEmitter } from 'node:events';
import { SILENT } from '../testing/worlds/task-world.js';
import { endOnce, endOnFaults } from './shutdown.js';

function ending(stop: () => Promise<unknown>, deadlineMs = 1_000) {
  const codes: number[] = [];
  let stops = 0;
  const counted = () => {
    stops += 1;
    return stop();
  };
  return {
    codes,
    stops: () => stops,
    end: endOnce({ stop: counted, exit: (code) => void codes.push(code), deadlineMs }),
  };
}

const turn = () => new Promise(setImmediate);

test('R46: a process that is asked to end twice drains once and ends with the worst code', async () => {
  const { end, codes, stops } = ending(turn);
  end(0);
  end(1);
  end(0);
  expect(codes).toEqual([]);
  await turn();
  await turn();
  expect([codes, stops()]).toEqual([[1], 1]);
});

test('a drain that fails or hangs ends with 1 all the same', async () => {
  const failing = ending(() => Promise.reject(new Error('no')));
  failing.end(0);
  await turn();
  expect(failing.codes).toEqual([1]);
  const hanging = ending(() => new Promise(() => undefined), 1);
  hanging.end(0);
  while (hanging.codes.length === 0) await turn();
  expect(hanging.codes).toEqual([1]);
});

test.each(['unhandledRejection', 'uncaughtException'])('%s ends the process with 1', (event) => {
  const source = new EventEmitter();
  const codes: number[] = [];
  endOnFaults(source, SILENT, (code) => void codes.push(code));
  source.emit(event, new Error('boom'));
  expect(codes).toEqual([1]);
});
