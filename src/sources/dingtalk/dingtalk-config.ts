import { z } from 'zod';
import { addressOption } from '../../outbound/http-client/address-option.js';

const host = addressOption('"appKey" and "appSecret"');

const options = z.strictObject({
  appKey: z
    .string()
    .min(1)
    .max(128)
    .meta({ destination: true })
    .describe('Client ID (AppKey) of an internal app of the organisation.'),
  appSecret: z.string().min(1).max(256).meta({ secret: true }).describe('Client Secret (AppSecret) of the same app.'),
  departmentDetails: z
    .boolean()
    .optional()
    .describe(
      'Read the order and the managers of departments, one more call for each department; true by default. ' +
        'Without it, who leads a department is still known from its members.',
    ),
  superiors: z
    .boolean()
    .optional()
    .describe('Read each person’s superior, one more call for each person; false by default. Mind the monthly quota.'),
  mainDepartment: z
    .enum(['first', 'none'])
    .optional()
    .describe('DingTalk marks no main department: take the first one of a person’s list (default), or none.'),
  leaveRecords: z
    .boolean()
    .optional()
    .describe(
      'Let quick syncs ask who left since the last one; false by default. Useful without events; requires the right to ' +
        'read leave records.',
    ),
  callsPerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('What the edition allows all apps calls together: 20 (standard, default), 40 (professional), 60.'),
  maxCallsPerRead: z
    .int()
    .min(10)
    .max(10_000_000)
    .optional()
    .describe('End a full sync before it reads people when it would need more calls than that; no limit by default.'),
  events: z
    .enum(['callback', 'stream'])
    .optional()
    .describe(
      'How DingTalk tells what moved: it calls our public address (callback, default), or a worker holds a connection ' +
        'to its gateway (stream), which needs no public address. Choose the same under Event subscription of the app.',
    ),
  callbackToken: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe(
      'Signature token of the event subscription (HTTP push). Only for callbacks, and needed for them; not for Stream.',
    ),
  callbackAesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, 'must be the 43 letters and digits that the console shows')
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe(
      'Encryption key (aes_key) of the event subscription. Only for callbacks, and needed for them; not for Stream.',
    ),
  callbackOwner: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('For whom events are sealed: the app key by default; the corp ID or suite key where DingTalk uses that.'),
  baseUrl: host
    .optional()
    .describe('Old API host, https://oapi.dingtalk.com by default; https://oapi.dingtalk.io abroad.'),
  newBaseUrl: host
    .optional()
    .describe('New API host, https://api.dingtalk.com by default; https://api.dingtalk.io abroad.'),
  ca: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ destination: true })
    .describe("PEM certificates to trust instead of the system's: for a private deployment or an inspecting proxy."),
});

/** The options of a DingTalk source. Never log them: the secrets are in clear. */
export type DingtalkConfig = z.infer<typeof options>;

/** Checks a DingTalk source's options. */
export const dingtalkConfigSchema: z.ZodType<DingtalkConfig> = options;
