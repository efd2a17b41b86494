import { z } from 'zod';

const options = z.strictObject({
  platform: z
    .enum(['feishu', 'lark'])
    .optional()
    .describe('Where the company lives: Feishu (open.feishu.cn, default) or Lark (open.larksuite.com).'),
  appId: z.string().min(1).max(128).describe('App ID of a custom app, e.g. "cli_…" (Credentials & Basic Info).'),
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
      'What identifies a person for good. "user_id" (default) is the same for every app of the company and wants the ' +
        'right contact:user.employee_id:readonly; "open_id" changes with the app. Changing it makes everybody new.',
    ),
  encryptKey: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true })
    .optional()
    .describe('Encrypt Key of the event subscription (Events & Callbacks). Only for callbacks, and needed for them.'),
  verificationToken: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true })
    .optional()
    .describe('Verification Token of the event subscription; compared with each event where given.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(1_024)
    .optional()
    .describe('Address of a private deployment, instead of the platform’s own.'),
  ca: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .describe("PEM certificates to trust instead of the system's: for a private deployment or an inspecting proxy."),
});

/** The options of a Feishu (Lark) source. Never log them: the secrets are in clear. */
export type FeishuConfig = z.infer<typeof options>;

/** Checks a Feishu source's options. */
export const feishuConfigSchema: z.ZodType<FeishuConfig> = options;

const HOSTS = { feishu: 'https://open.feishu.cn', lark: 'https://open.larksuite.com' } as const;

/** Where the API of a source is. */
export const baseUrlOf = ({ baseUrl, platform = 'feishu' }: FeishuConfig): string => baseUrl ?? HOSTS[platform];

/** Which of a person's ids is the external id. */
export const identityOf = ({ identity = 'user_id' }: FeishuConfig): 'user_id' | 'union_id' | 'open_id' => identity;
