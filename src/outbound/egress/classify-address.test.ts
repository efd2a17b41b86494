import { describe, expect, test } from '@jest/globals';
import { classifyAddress, parseRange } from './classify-address.js';

const EVERYTHING = [parseRange('0.0.0.0/0')!, parseRange('::/0')!];

describe('an address', () => {
  test.each(['8.8.8.8', '172.15.255.255', '172.32.0.0', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => expect(classifyAddress(address, [])).toEqual({ allowed: true }),
  );

  test.each([
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1'],
    ...['198.18.0.1', '::1', 'fc00::1', 'fdff::1', '2001:db8::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
    ...['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '5f00::1', '4000::1'],
  ])('%s is only dialled when it is allowed', (address) => {
    expect(classifyAddress(address, [])).toMatchObject({ allowed: false, forGood: false });
    expect(classifyAddress(address, EVERYTHING)).toEqual({ allowed: true });
  });

  test.each([
    ...['169.254.169.254', '169.254.0.1', '0.0.0.0', '0.1.2.3', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
    ...['100.100.100.200', '192.0.0.192', '168.63.129.16', '::', '::127.0.0.1', 'fe80::1', 'fec0::1', 'ff02::1'],
    ...['fd00:ec2::254', 'fd20:ce::254', '2002:7f00:1::', '2001:0:1::', '::ffff:0:127.0.0.1', '64:ff9b:1::7f00:1'],
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fe80::1%lo', '::1%1', '2130706433', '0x7f000001', '127.1', ''],
  ])('%s is never dialled, whatever is allowed', (address) => {
    expect(classifyAddress(address, EVERYTHING)).toMatchObject({ allowed: false, forGood: true });
  });

  test('a range allows its own addresses and no others', () => {
    const allow = [parseRange('10.1.0.0/16')!];
    const allowed = ['10.1.0.0', '10.1.255.255', '10.0.255.255', '10.2.0.0', '::ffff:10.1.0.1'];
    expect(allowed.map((address) => classifyAddress(address, allow).allowed)).toEqual([true, true, false, false, true]);
  });
});

test.each([
  '10.0.0.0/33',
  '10.0.0/8',
  '0x0a.0.0.0/8',
  'fe80::1%lo',
  '::/129',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  'intranet',
  '',
])('%s is no range', (text) => expect(parseRange(text)).toBeNull());
