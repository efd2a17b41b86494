import { phoneKey } from './match-key.js';

/** Spellings: RFC 3966 section 5.3, libphonenumber's extension patterns, and forms found in directories. */
test.each([
  ['+49 (30) 123-4567', '+49301234567'],
  ['+49.30.1234567', '+49301234567'],
  ['030 1234567', '0301234567'],
  ['tel:+49-30-901820', '+4930901820'],
  ['+49 30 901820 ext. 12', '+4930901820;ext=12'],
  ['+49 30 901820 Ext 12', '+4930901820;ext=12'],
  ['+49 30 901820 extension 12', '+4930901820;ext=12'],
  ['+49 30 901820;ext=12', '+4930901820;ext=12'],
  ['tel:+49-30-901820;ext=12', '+4930901820;ext=12'],
  ['+49 30 901820 x12', '+4930901820;ext=12'],
  ['+49 30 901820x12', '+4930901820;ext=12'],
  ['+49 30 901820 #12', '+4930901820;ext=12'],
  ['+49 30 901820,,12#', '+4930901820;ext=12'],
  ['+49 30 901820 DW 12', '+4930901820;ext=12'],
  ['+49 30 901820 App. 12', '+4930901820;ext=12'],
  ['+86 10 8888 8888 转 801', '+861088888888;ext=801'],
  ['+86 10 88888888转801', '+861088888888;ext=801'],
  ['+7 495 123-45-67 доб. 12', '+74951234567;ext=12'],
  ['030 901820 ext 12', '030901820;ext=12'],
  ['(030) 901820 x 12', '030901820;ext=12'],
  ['010-88888888转801', '01088888888;ext=801'],
  ['+49 (0)30 901820', '+4930901820'],
  ['+39 (0)6 698 12345', '+390669812345'],
  ['ext. 12', 'ext12'],
] as const)('R5: the phone %j is compared as %j', (given, key) => {
  expect(phoneKey(given)).toBe(key);
  expect(phoneKey(key)).toBe(key);
});

test('R5: two extensions of one switchboard are two phones', () => {
  expect(phoneKey('+49 30 901820 ext. 12')).not.toBe(phoneKey('+49 30 901820 ext. 13'));
  expect(phoneKey('+49 30 901820 ext. 12')).not.toBe(phoneKey('+49 30 901820'));
});

test.each(['030 901820, 030 901821', '0301234567,0307654321', '030 901820 / 901821'])(
  'R5: two numbers in one field are no extension: %j',
  (text) => {
    expect(phoneKey(text)).not.toContain('ext=');
  },
);
