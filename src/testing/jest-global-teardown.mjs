/** Ends what jest-global-setup.mjs started. */
export default async function tearDown() {
  const stop = globalThis.stopTestPostgres;
  globalThis.stopTestPostgres = undefined;
  await stop?.();
}
