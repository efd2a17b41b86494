import { z } from 'zod';
import { addressOption } from '../../outbound/http-client/address-option.js';

const options = z.strictObject({
  platform: z
    .enum(['feishu', 'lark'])
    .optional()
    .meta({ destination: true })
    .describe('The platform of the company: Feishu (open.feishu.cn, default) or Lark (open.larksuite.com).'),
  appId: z
    .string()
    .min(1)
    .max(128)
    .meta({ destination: true })
    .describe('App ID of a custom app, e.g. "cli_…" (Credentials & Basic Info).'),
  appSecret: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true })
    .describe('App Secret of the same app (Credentials & Basic Info).'),
  identity: z
    .enum(['user_id', 'union_id', 'open_id'])
    .optional()
    .describe(
      'The permanent id of a person. "user_id" (default) is the same for every app of the company and requires the ' +
        'permission contact:user.employee_id:readonly; "open_id" is different for each app. After a change of this option, all people count as new.',
    ),
  encryptKey: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe('Encrypt Key of the event subscription (Events & Callbacks). Required for callbacks.'),
  verificationToken: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe('Verification Token of the event subscription; if it is set, each event must contain it.'),
  baseUrl: addressOption('"appId" and "appSecret"')
    .optional()
    .describe('Address of a private deployment, instead of the platform’s own.'),
  ca: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ destination: true })
    .describe("PEM certificates to trust instead of the system's: for a private deployment or an inspecting proxy."),
});

/** The options of a Feishu (Lark) source. Never log them: the secrets are in plain text. */
export type FeishuConfig = z.infer<typeof options>;

/** Checks the options of a Feishu source. */
export const feishuConfigSchema: z.ZodType<FeishuConfig> = options;

const HOSTS = { feishu: 'https://open.feishu.cn', lark: 'https://open.larksuite.com' } as const;

/** The address of the API of a source. */
export const baseUrlOf = ({ baseUrl, platform = 'feishu' }: FeishuConfig): string => baseUrl ?? HOSTS[platform];

/** The id of a person that is the external id. */
export const identityOf = ({ identity = 'user_id' }: FeishuConfig): 'user_id' | 'union_id' | 'open_id' => identity;

/** Feishu has no change log: a delta reads only the objects that events named, so the cursor is empty. */
export const feishuCursorSchema = z.strictObject({});
/** The type of a cursor. */
export type FeishuCursor = z.infer<typeof feishuCursorSchema>;
