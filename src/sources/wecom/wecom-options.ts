import { z } from 'zod';
import { addressOption } from '../../outbound/http-client/address-option.js';

const secret = (title: string, description: string) =>
  z.string().min(1).max(200).meta({ secret: true, title, description });

const callback = z.strictObject({
  token: secret('Token', 'The Token of the app’s (or contacts-sync’s) callback settings').meta({
    destination: 'fixed',
  }),
  aesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, 'must be the 43 characters of EncodingAESKey')
    .meta({
      secret: true,
      destination: 'fixed',
      title: 'EncodingAESKey',
      description: 'The 43 characters that WeCom shows next to the Token',
    }),
  replayWindowS: z
    .number()
    .int()
    .min(30)
    .max(3_600)
    .default(600)
    .meta({ title: 'Replay window', description: 'Callbacks whose time differs by more seconds are refused' }),
});

const limits = z.strictObject({
  perMinute: z
    .number()
    .int()
    .min(1)
    .default(10_000)
    .meta({ title: 'Calls per minute', description: 'For one API of the corp; WeCom’s own limit is 10,000' }),
  perHour: z
    .number()
    .int()
    .min(1)
    .default(150_000)
    .meta({ title: 'Calls per hour', description: 'For one API of the corp; WeCom’s own limit is 150,000' }),
});

/** The options of a WeCom source. The given secrets determine how it is read. */
export const wecomOptions = z
  .strictObject({
    corpId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{4,64}$/, 'must be a corp id such as ww0123456789abcdef')
      .meta({
        destination: true,
        title: 'Corp ID',
        description: 'My Company → Company info, at the bottom; begins with ww',
      }),
    appSecret: secret(
      'Secret of the app',
      'Of a self-built app: reads all details of members in its visible range',
    ).optional(),
    contactSecret: secret(
      'Secret of contacts sync',
      'Of Management tools → Contacts sync: reads the ids of all members, independent of an app’s range',
    ).optional(),
    read: z.enum(['walk', 'export']).default('walk').meta({
      title: 'How to read',
      description: 'walk: department by department. export: export jobs, for large corps',
    }),
    inactiveStatuses: z
      .array(z.number().int())
      .max(10)
      .default([2, 5])
      .meta({ title: 'Inactive statuses', description: '1 activated, 2 disabled, 4 not activated yet, 5 left' }),
    baseUrl: addressOption('"corpId" and the secrets')
      .default('https://qyapi.weixin.qq.com')
      .meta({ title: 'Address', description: 'Change it only for a private deployment' }),
    ca: z.string().max(100_000).optional().meta({
      destination: true,
      title: 'Certificates',
      description: 'PEM; trusted instead of the system’s, for a private deployment',
    }),
    callback: callback.optional().meta({
      title: 'Callbacks',
      description: 'Changes arrive within seconds at /hooks/{name of the source}',
    }),
    limits: limits
      .prefault({})
      .meta({ title: 'Limits', description: 'Use lower values to leave calls for other programs' }),
  })
  .refine((options) => options.appSecret !== undefined || options.contactSecret !== undefined, {
    path: ['appSecret'],
    message: 'must have the secret of the app, of contacts sync, or both',
  })
  .refine((options) => options.read === 'walk' || options.appSecret !== undefined, {
    path: ['read'],
    message: 'export needs the secret of the app',
  });

/** The options of a WeCom source, with defaults filled in. */
export type WecomOptions = z.output<typeof wecomOptions>;
