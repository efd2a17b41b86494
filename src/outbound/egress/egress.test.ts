import { expect, test } from '@jest/globals';
import { EgressRefusedError } from '../../domain/errors.js';
import { createEgress } from './egress.js';

const names: Record<string, string[]> = {
  'both.example': ['169.254.1.1', '10.0.0.5', '8.8.8.8'],
  'inner.example': ['10.0.0.5'],
  'metadata.example': ['169.254.169.254'],
  'empty.example': [],
};
const lookup = (name: string) => Promise.resolve((names[name] ?? []).map((address) => ({ address, family: 4 })));
const refusal = (work: Promise<unknown>) => expect(work).rejects.toThrow(EgressRefusedError);

test('a name leads to those of its addresses that are allowed, and no other is dialled', async () => {
  const resolved = await createEgress({ allow: [], lookup }).resolve('both.example', 443);
  expect(resolved).toEqual([{ address: '8.8.8.8', family: 4 }]);
  const inner = await createEgress({ allow: ['10.0.0.0/8'], lookup }).resolve('both.example.', 443);
  expect(inner.map(({ address }) => address)).toEqual(['10.0.0.5', '8.8.8.8']);
});

test('a refusal says what a name leads to, and not where', async () => {
  const egress = createEgress({ allow: [], lookup });
  await expect(egress.resolve('inner.example', 443)).rejects.toThrow(
    'inner.example resolves to a private address: EGRESS_ALLOW does not contain it.',
  );
  await expect(egress.resolve('metadata.example', 443)).rejects.toThrow(/which is never allowed/);
  await expect(egress.resolve('empty.example', 443)).rejects.toThrow(/has no address/);
});

test.each([443, 8443, 389, 636, 3268, 3269])('port %i may be asked by default', async (port) => {
  await expect(createEgress({ allow: [] }).resolve('8.8.8.8', port)).resolves.toHaveLength(1);
});

test.each([0, 22, 25, 80, 442, 444, 5432, 6379, 65_536, NaN])('port %d may not be asked by default', (port) =>
  refusal(createEgress({ allow: ['0.0.0.0/0'] }).resolve('8.8.8.8', port)),
);

test('only the given ports may be asked', async () => {
  const egress = createEgress({ allow: [], ports: ['1000-1002', '7'] });
  await Promise.all([1000, 1001, 1002, 7].map((port) => egress.resolve('8.8.8.8', port)));
  await Promise.all([999, 1003, 443].map((port) => refusal(egress.resolve('8.8.8.8', port))));
});

test.each(['70000', '5-1', '0', 'https', '1-2-3', ''])('"%s" is no port', (port) => {
  expect(() => createEgress({ allow: [], ports: [port] })).toThrow();
});
