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
      'Read the order and the managers of departments, one more call per department; true by default. ' +
        'Without it, the leaders of a department are still known from its members.',
    ),
  superiors: z
    .boolean()
    .optional()
    .describe(
      'Read the superior of each person, one more call per person; false by default. Check the monthly quota first.',
    ),
  mainDepartment: z
    .enum(['first', 'none'])
    .optional()
    .describe('DingTalk marks no main department: use the first one of a person’s list (default), or none.'),
  leaveRecords: z
    .boolean()
    .optional()
    .describe(
      'Deltas read which people left since the last sync; false by default. Useful without events; requires the permission to ' +
        'read leave records.',
    ),
  callsPerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Calls per second that the edition allows: 20 (standard, default), 40 (professional), 60.'),
  maxCallsPerRead: z
    .int()
    .min(10)
    .max(10_000_000)
    .optional()
    .describe('End a full sync before it reads people if it needs more calls than that; no limit by default.'),
  events: z
    .enum(['callback', 'stream'])
    .optional()
    .describe(
      'How DingTalk reports changes: it calls the public address of Rollcall (callback, default), or a worker holds a connection ' +
        'to its gateway (stream), which needs no public address. Choose the same under Event subscription of the app.',
    ),
  callbackToken: z
    .string()
    .min(1)
    .max(256)
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe('Signature token of the event subscription (HTTP push). Required for callbacks; not used for Stream.'),
  callbackAesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, 'must be the 43 letters and digits that the console shows')
    .meta({ secret: true, destination: 'fixed' })
    .optional()
    .describe('Encryption key (aes_key) of the event subscription. Required for callbacks; not used for Stream.'),
  callbackOwner: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'The id that events are encrypted for: the app key by default; set the corp ID or suite key if DingTalk uses that.',
    ),
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

/** The options of a DingTalk source. Never log them: the secrets are in plain text. */
export type DingtalkConfig = z.infer<typeof options>;

/** Checks the options of a DingTalk source. */
export const dingtalkConfigSchema: z.ZodType<DingtalkConfig> = options;

/** The options that a read uses, with defaults filled in. */
export interface DingtalkSettings {
  readonly details: boolean;
  readonly superiors: boolean;
  readonly mainDepartment: 'first' | 'none';
}

/** Fills in the defaults. */
export function settingsOf(config: DingtalkConfig): DingtalkSettings {
  const { departmentDetails = true, superiors = false, mainDepartment = 'first' } = config;
  return { details: departmentDetails, superiors, mainDepartment };
}

/** When the read began: a later delta reads the leave records from then on. */
export const dingtalkCursorSchema = z.strictObject({ readAt: z.iso.datetime() });
/** The type of a cursor. */
export type DingtalkCursor = z.infer<typeof dingtalkCursorSchema>;
