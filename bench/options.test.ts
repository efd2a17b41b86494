import { departmentsFor, readOptions } from './options.js';

test('what is not said is a big benchmark of everything', () => {
  expect(readOptions([])).toMatchObject({ users: 100_000, departments: 5_000, runs: 5, only: null, jsonFile: null });
});

test('growth goes from a tenth of the users to all of them unless sizes are said', () => {
  expect(readOptions(['--users', '2000']).sizes).toEqual([200, 2_000]);
  expect(readOptions(['--sizes', '10000,100000,1000000']).sizes).toEqual([10_000, 100_000, 1_000_000]);
});

test.each(['0', '-1', '1.5', 'many', ''])('"%s" is no number of users', (users) => {
  expect(() => readOptions([`--users=${users}`])).toThrow('--users must be whole numbers above 0');
});

test('small sources have small trees', () => {
  const options = readOptions([]);
  expect([10_000, 100_000, 1_000_000].map((users) => departmentsFor(options, users))).toEqual([500, 5_000, 5_000]);
});
