import { type Duty, dutyOf, type SecondFactorRule } from './duty.js';

const facts = { via: 'password', isProvisional: false, hasSecondFactor: false, gaveSecondFactor: false } as const;

test.each<[string, object, SecondFactorRule, Duty | null]>([
  ['no factor, and one is required', {}, 'required', 'enrol_second_factor'],
  ['no factor, and none is required', {}, 'optional', null],
  ['a factor that was not given, required or not', { hasSecondFactor: true }, 'optional', 'second_factor'],
  ['a factor that was given', { hasSecondFactor: true, gaveSecondFactor: true }, 'required', null],
  ['a password that another person set', { isProvisional: true }, 'optional', 'change_password'],
  ['the same, before a factor is enrolled', { isProvisional: true }, 'required', 'change_password'],
  [
    'the same with a factor: the code comes first',
    { isProvisional: true, hasSecondFactor: true },
    'required',
    'second_factor',
  ],
  ['sent by a provider: the provider asks', { via: 'oidc', isProvisional: true }, 'required', null],
])('a session owes what is missing: %s', (_name, change, rule, duty) => {
  expect(dutyOf({ ...facts, ...change }, rule)).toBe(duty);
});
