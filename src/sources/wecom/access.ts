import type { JsonWorld } from '../../platform/http-client/json-client.js';
import { openWecomApi, type WecomApi } from './wecom-api.js';
import type { WecomOptions } from './wecom-options.js';

/** What may be asked with the secrets that were given. */
export interface Access {
  /** Names and the rest, within its range: the app, or else contacts sync (which new IPs are refused). */
  readonly details: WecomApi;
  /** Ids of everybody; null without contacts sync. */
  readonly ids: WecomApi | null;
  /** Only contacts sync is there: where it may not read details, ids must do. */
  readonly idsSuffice: boolean;
}

/** Opens WeCom for some work and closes it after, however that ends. */
export async function* withAccess<T>(
  world: JsonWorld,
  given: { readonly options: WecomOptions; readonly signal: AbortSignal },
  work: (access: Access) => AsyncIterable<T>,
): AsyncGenerator<T> {
  given.signal.throwIfAborted();
  const { appSecret, contactSecret } = given.options;
  const open = (secret: string) => openWecomApi(world, { ...given, secret });
  const app = appSecret === undefined ? null : open(appSecret);
  const ids = contactSecret === undefined ? null : open(contactSecret);
  try {
    const details = app ?? ids;
    if (details === null) return;
    for await (const result of work({ details, ids, idsSuffice: app === null })) {
      given.signal.throwIfAborted();
      yield result;
    }
  } finally {
    await Promise.all([app?.close(), ids?.close()]);
  }
}

/** The answer, or null where the right is missing and ids suffice. */
export async function orNull<T>(
  work: Promise<T>,
  { idsSuffice }: Access,
  isMissing: (error: unknown) => boolean,
): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (idsSuffice && isMissing(error)) return null;
    throw error;
  }
}
