import { maskFields, withoutPasswords } from './without-passwords.js';

test('R50: named fields are masked at any depth, passwords are gone', () => {
  const record = {
    uid: '1',
    Phone: '+49',
    password: 'p',
    attributes: { phone: 1, Password: 'q', list: [{ phone: null }] },
  };
  expect(maskFields(record, ['phone'])).toEqual({
    uid: '1',
    Phone: '********',
    attributes: { phone: '********', list: [{ phone: '********' }] },
  });
});

test('R2: passwords are dropped at the top and inside, and nothing else', () => {
  const records = [{ uid: '1', password: 'x', attributes: { password: 'y', passwordHint: 'z' } }, { uid: 'password' }];
  const kept = [{ uid: '1', attributes: { passwordHint: 'z' } }, { uid: 'password' }];
  expect(withoutPasswords(records)).toEqual({ value: kept, text: JSON.stringify(kept) });
});

test('records without a password are not copied', () => {
  const records = [{ uid: '1' }];
  expect(withoutPasswords(records).value).toBe(records);
});

test('a key that would be a prototype stays data', () => {
  const record = JSON.parse('{"__proto__": {"admin": true}, "password": "x"}') as object;
  const copy = maskFields(record, []) as object;
  expect(Object.keys(copy)).toEqual(['__proto__']);
  expect('admin' in copy).toBe(false);
});
