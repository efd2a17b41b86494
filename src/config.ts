import { z } from 'zod';
import { parsePorts, parseRange } from './outbound/egress/classify-address.js';
import { DEFAULT_PORTS } from './outbound/egress/egress.js';
import { type PasswordSettings, passwordVariables } from './access/passwords/password-rules.js';
import { findAddressSecret } from './outbound/http-client/address-secrets.js';
import { readSealingKeys, readSealingKeysFile, type SecretKey } from './secrets/sealing/keyring.js';
import { type RequestSettings, requestSettingsOf, requestVariables } from './http/core/request-settings.js';
import type { ReferenceWorld } from './secrets/reference-reader.js';

const port = z.coerce.number().int().min(0).max(65_535);
const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** A text that is read by something that throws when it can't. */
const readBy = <T>(read: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, 'must be names of variables, or prefixes such as SOURCE_SECRET_*');

const range = z.string().refine((text) => parseRange(text) !== null, 'must be CIDRs, such as 10.0.0.0/8,fd00::/8');
const ports = z.string().refine((text) => parsePorts(text) !== null, 'must be ports, such as 443,636,1024-65535');
type Role = 'viewer' | 'operator' | 'admin';

const roleMap = list.pipe(
  z.array(z.string().regex(/^.+=(viewer|operator|admin)$/, 'must be value=viewer|operator|admin, comma-separated')),
);

const environment = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must be a redis:// or rediss:// address')
    .optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(3000),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  TASK_STATEMENT_SECONDS: z.coerce.number().int().min(1).max(3_600).default(120),
  LOG_DIR: z.string().min(1).default('logs'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  SECRET_KEYS: readBy(readSealingKeys).optional(),
  SECRET_KEYS_FILE: readBy(readSealingKeysFile).optional(),
  SOURCE_ENV_ALLOW: list.pipe(z.array(variableName)),
  SOURCE_SECRETS_DIR: z.string().min(1).optional(),
  CSV_ROOT: z.string().min(1).default('./data'),
  EGRESS_ALLOW: list.pipe(z.array(range)),
  EGRESS_PORTS: list.pipe(z.array(ports)),
  PLUGINS: list,
  PUBLIC_URL: z.url().optional(),
  TRUST_PROXY: z
    .string()
    .refine((text) => text !== 'true', 'must be a number of proxies or their networks: "true" would trust every client')
    .optional(),
  WORKER_METRICS_PORT: port.optional(),
  // The rest of OTEL_* is read by OpenTelemetry itself.
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http(s):// address' }).optional(),
  SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).max(1_440).default(30),
  SESSION_HOURS: z.coerce.number().int().min(1).max(168).default(12),
  SECOND_FACTOR: z.enum(['required', 'optional']).default('required'),
  // An issuer has no query and no fragment (OpenID Connect Discovery 1.0, 3), and its credential has its own variable.
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !/[?#]/.test(text) && findAddressSecret(text) === null, {
      error: 'must have no user name, password, query or fragment: use OIDC_CLIENT_ID and OIDC_CLIENT_SECRET',
    })
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_TITLE: z.string().default('Single sign-on'),
  OIDC_ROLE_CLAIM: z.string().default('groups'),
  OIDC_ROLE_MAP: roleMap,
  OIDC_ACR_VALUES: list,
  OIDC_AMR_VALUES: list,
  OIDC_MAX_AGE_MINUTES: z.coerce.number().int().min(1).max(10_080).optional(),
  ...passwordVariables,
  ...requestVariables,
});

/** Its own secrets are none of the sources' business, whatever is allowed. */
const OWN_VARIABLES: ReadonlySet<string> = new Set([...Object.keys(environment.shape), 'APP_DATABASE_URL']);

/** With an issuer, the rest of it is required. */
const checkedEnvironment = environment.superRefine((value, context) => {
  if (value.OIDC_ISSUER === undefined) return;
  for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'] as const)
    if (value[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'is required with OIDC_ISSUER' });
  if (value.OIDC_ROLE_MAP.length === 0)
    context.addIssue({ code: 'custom', path: ['OIDC_ROLE_MAP'], message: 'is required with OIDC_ISSUER' });
});

/**
 * Reads only where the database is, for commands that need nothing else.
 * @throws Error when it isn't said or is no such address; a value is never printed.
 */
export function readDatabaseUrl(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const parsed = environment.pick({ DATABASE_URL: true }).safeParse(env);
  if (parsed.success) return parsed.data.DATABASE_URL;
  throw new Error(
    'Set DATABASE_URL to the postgresql:// address of the database, or run in the folder of a started quickstart.',
  );
}

/**
 * Reads only what new passwords are checked by, for commands that need nothing else.
 * @throws Error naming the first mistake, by variable.
 */
export function readPasswordSettings(env: Environment = process.env): PasswordSettings {
  const shape = { EGRESS_ALLOW: true, PASSWORD_WORDS: true, BREACHED_PASSWORDS: true } as const;
  const parsed = environment.pick(shape).safeParse(withoutEmpty(env));
  if (parsed.success) return passwordsOf(parsed.data);
  const [issue] = parsed.error.issues;
  throw new Error(`${String(issue?.path[0])}: ${issue?.message}`);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The identity provider that people may sign in with. */
interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly title: string;
  readonly roleClaim: string;
  readonly roleMap: ReadonlyMap<string, Role>;
  readonly acrValues: readonly string[];
  readonly amrValues: readonly string[];
  readonly maxAgeS: number | null;
}

/** Everything that the environment decides, read once. */
export interface Config extends RequestSettings {
  readonly databaseUrl: string;
  /** null = BullMQ's PostgreSQL backend. */
  readonly redisUrl: string | null;
  readonly host: string;
  readonly port: number;
  /** Tasks at once in one worker process. */
  readonly workerConcurrency: number;
  /** What one statement of a worker may take. */
  readonly taskStatementMs: number;
  readonly logDir: string;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  /** The first seals; all open. */
  readonly sealingKeys: readonly SecretKey[];
  /** What the secret options of sources may refer to. */
  readonly references: ReferenceWorld;
  /** The only folder that csv sources may read. */
  readonly csvRoot: string;
  /** CIDRs of private networks that sources may reach. */
  readonly egressAllow: readonly string[];
  /** Ports and ranges of them that sources may reach. */
  readonly egressPorts: readonly string[];
  /** Module paths that register sources, kinds and targets. */
  readonly plugins: readonly string[];
  readonly publicUrl: string | null;
  readonly sessions: { readonly idleMs: number; readonly lifeMs: number };
  /** Whether who signs in with a password must have a second factor. */
  readonly secondFactor: 'required' | 'optional';
  /** Sign-in by OpenID Connect; null = by password only. */
  readonly oidc: OidcConfig | null;
  readonly passwords: PasswordSettings;
  /** Express's "trust proxy" setting. */
  readonly trustProxy: string | null;
  /** Where a worker answers Prometheus; null = nowhere, 0 = any free port. */
  readonly workerMetricsPort: number | null;
  /** Whether traces are sent (to OTEL_EXPORTER_OTLP_ENDPOINT). */
  readonly tracing: boolean;
}

/**
 * Reads the environment.
 * @throws Error naming every mistake at once, by variable; a value is never printed.
 */
export function readConfig(env: Environment = process.env): Config {
  const value = parseEnvironment(withoutEmpty(env));
  return {
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL ?? null,
    host: value.HOST,
    port: value.PORT,
    workerConcurrency: value.WORKER_CONCURRENCY,
    ...requestSettingsOf(value),
    taskStatementMs: value.TASK_STATEMENT_SECONDS * 1_000,
    logDir: value.LOG_DIR,
    logLevel: value.LOG_LEVEL,
    sealingKeys: value.SECRET_KEYS ?? value.SECRET_KEYS_FILE ?? [],
    references: referencesOf(value, env),
    csvRoot: value.CSV_ROOT,
    egressAllow: value.EGRESS_ALLOW,
    egressPorts: value.EGRESS_PORTS.length > 0 ? value.EGRESS_PORTS : DEFAULT_PORTS,
    plugins: value.PLUGINS,
    publicUrl: value.PUBLIC_URL ?? null,
    trustProxy: value.TRUST_PROXY ?? null,
    workerMetricsPort: value.WORKER_METRICS_PORT ?? null,
    tracing: value.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    sessions: { idleMs: value.SESSION_IDLE_MINUTES * 60_000, lifeMs: value.SESSION_HOURS * 3_600_000 },
    secondFactor: value.SECOND_FACTOR,
    oidc: oidcOf(value),
    passwords: passwordsOf(value),
  };
}

function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

type PasswordVariables = Pick<z.output<typeof environment>, 'EGRESS_ALLOW' | 'PASSWORD_WORDS' | 'BREACHED_PASSWORDS'>;

function passwordsOf({ PASSWORD_WORDS: words, BREACHED_PASSWORDS: breached, EGRESS_ALLOW }: PasswordVariables) {
  return { words, breached, egressAllow: EGRESS_ALLOW };
}

/** All mistakes together, also where keys are given twice or nowhere. */
function parseEnvironment(given: Environment): z.output<typeof environment> {
  const parsed = checkedEnvironment.safeParse(given);
  const oneOfBoth = ['SECRET_KEYS', 'SECRET_KEYS_FILE'].filter((name) => name in given).length === 1;
  if (parsed.success && oneOfBoth) return parsed.data;
  const issues = parsed.error?.issues ?? [];
  const lines = issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`);
  if (!oneOfBoth) lines.push('  SECRET_KEYS: set either SECRET_KEYS or SECRET_KEYS_FILE, not both');
  throw new Error(`The configuration is not valid:\n${lines.join('\n')}`);
}

/** Variables of our own are left out, also where a name or a beginning would allow them. */
function referencesOf(value: z.output<typeof environment>, env: Environment): ReferenceWorld {
  return {
    allow: value.SOURCE_ENV_ALLOW.length > 0 ? value.SOURCE_ENV_ALLOW : ['SOURCE_SECRET_*'],
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.has(name))),
    folder: value.SOURCE_SECRETS_DIR ?? null,
  };
}

function oidcOf(value: z.output<typeof environment>): OidcConfig | null {
  if (value.OIDC_ISSUER === undefined) return null;
  const entries = value.OIDC_ROLE_MAP.map((pair) => {
    const at = pair.lastIndexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1) as Role] as const;
  });
  return {
    issuer: value.OIDC_ISSUER,
    clientId: value.OIDC_CLIENT_ID ?? '',
    clientSecret: value.OIDC_CLIENT_SECRET ?? '',
    title: value.OIDC_TITLE,
    roleClaim: value.OIDC_ROLE_CLAIM,
    roleMap: new Map(entries),
    acrValues: value.OIDC_ACR_VALUES,
    amrValues: value.OIDC_AMR_VALUES,
    maxAgeS: value.OIDC_MAX_AGE_MINUTES === undefined ? null : value.OIDC_MAX_AGE_MINUTES * 60,
  };
}
