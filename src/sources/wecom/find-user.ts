import { userKey } from './user-key.js';
import {
  OUT_OF_SIGHT,
  WecomApiError,
  WecomNotFoundError,
  WecomRightError,
  WecomShapeError,
} from './classify-answer.js';
import { type WecomUser, wecomUser } from './wecom-shapes.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import { openWecomApi, type WecomApi } from './wecom-api.js';
import type { WecomOptions } from './wecom-options.js';

/** What one look-up says of a member. */
export type FoundUser =
  | { readonly is: 'there'; readonly user: WecomUser }
  /** WeCom knows no such member. */
  | { readonly is: 'gone' }
  /** The member is outside the app's visible range, or there is none: the app can't tell. */
  | { readonly is: 'out_of_sight' }
  /** This secret may not look members up at all. */
  | { readonly is: 'refused' }
  /** An answer that says nothing of the member: the reason. */
  | { readonly is: 'unreadable'; readonly reason: string };

/**
 * Looks one member up.
 * @throws SyncError for what is no matter of this member: the network, limits, the credential
 */
export async function findUser({ details }: Access, userid: string): Promise<FoundUser> {
  try {
    const user = await details.get('user/get', wecomUser, { userid });
    if (userKey(user.userid) === userKey(userid)) return { is: 'there', user };
    return { is: 'unreadable', reason: 'user/get returned a different member than requested.' };
  } catch (error) {
    if (error instanceof WecomNotFoundError) return { is: 'gone' };
    if (error instanceof WecomRightError) {
      return { is: error.errcode === OUT_OF_SIGHT ? 'out_of_sight' : 'refused' };
    }
    if (error instanceof WecomApiError || error instanceof WecomShapeError) {
      return { is: 'unreadable', reason: error.message };
    }
    throw error;
  }
}

/** What may be asked with the secrets that were given. */
export interface Access {
  /** Names and the rest, within its range: the app, or else contacts sync (which new IPs are refused). */
  readonly details: WecomApi;
  /** Ids of everyone; null without contacts sync. */
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
