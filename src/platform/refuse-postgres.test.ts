import { refusePostgres } from './refuse-postgres.js';

test.each([140_000, 140_011, 160_003, 180_000])('PostgreSQL %i is welcome', (version) => {
  expect(refusePostgres(version)).toBeNull();
});

test.each([
  [139_999, '13.9999'],
  [130_014, '13.14'],
  [90_624, '9.6'],
])('PostgreSQL %i is refused as %s, with what is needed', (version, shown) => {
  expect(refusePostgres(version)).toContain(`PostgreSQL ${shown} is too old: 14 or newer`);
});
