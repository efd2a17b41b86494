import { refuseRedis, riskOfRedis } from './redis-backend.js';

const info = (version: string, policy: string) =>
  `# Server\r\nredis_version:${version}\r\n# Memory\r\nmaxmemory_policy:${policy}\r\n`;

test.each(['6.2.0', '6.2.14', '7.0.15', '10.0.0'])('Redis %s with noeviction may keep the queue', (version) => {
  expect(refuseRedis(info(version, 'noeviction'))).toBeNull();
});

test.each(['5.0.7', '6.0.16', '6.1.9'])('Redis %s is too old', (version) => {
  expect(refuseRedis(info(version, 'noeviction'))).toContain('6.2');
});

test('a Redis that evicts is refused with what to change', () => {
  expect(refuseRedis(info('7.0.15', 'allkeys-lru'))).toContain('CONFIG SET maxmemory-policy noeviction');
});

test.each([
  ['0', 'CONFIG SET appendonly yes'],
  ['1', null],
])('a Redis with aof_enabled:%s: the risk is named', (enabled, wanted) => {
  const risk = riskOfRedis(`# Persistence\r\naof_enabled:${enabled}\r\n`);
  if (wanted === null) expect(risk).toBeNull();
  else expect(risk).toContain(wanted);
});
