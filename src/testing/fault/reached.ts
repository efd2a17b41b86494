/**
 * Waits until a point was reached and its deed is done.
 *
 * @throws Error when that takes more than 30 s: the test would show nothing.
 */
export async function reached(dead: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The point was never reached.')), 30_000);
  });
  await Promise.race([dead, late]).finally(() => clearTimeout(timer));
}
