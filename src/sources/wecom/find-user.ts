import { userKey, type WecomUser, wecomUser } from './wecom-shapes.js';
import {
  OUT_OF_SIGHT,
  WecomApiError,
  WecomNotFoundError,
  WecomRightError,
  WecomShapeError,
} from './classify-answer.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import { openWecomApi, type WecomApi } from './wecom-api.js';
import type { WecomOptions } from './wecom-options.js';

/** The result of looking up a member. */
export type FoundUser =
  | { readonly is: 'there'; readonly user: WecomUser }
  /** WeCom does not know the member. */
  | { readonly is: 'gone' }
  /** The member is outside the visible range of the app, or does not exist: the app cannot distinguish these cases. */
  | { readonly is: 'out_of_sight' }
  /** This secret may not look up members. */
  | { readonly is: 'refused' }
  /** The reason why the answer contains no information about the member. */
  | { readonly is: 'unreadable'; readonly reason: string };

/**
 * Looks up one member.
 * @throws SyncError for an error that does not concern this member: the network, limits, the credential
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

/** The calls that the given secrets allow. */
export interface Access {
  /** The details of the members in its range: the app, or else contacts sync (which new IPs cannot use for this). */
  readonly details: WecomApi;
  /** The ids of all members; null without contacts sync. */
  readonly ids: WecomApi | null;
  /** Whether there is only contacts sync: if it may not read details, ids are enough. */
  readonly idsSuffice: boolean;
}

/** Opens WeCom for a function, and closes it after the function ends or fails. */
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

/** The answer, or null if the permission is missing and ids are enough. */
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
