import type { OpenConfig } from '../../secrets/open-config.js';
import type { Keyring } from '../../secrets/sealing/keyring.js';
import type { ConfigSecrets } from '../../secrets/config-secrets.js';
import type { Tracing } from '../../platform/tracing.js';
import type { SourceRegistry } from '../../sources/source-registry.js';
import type { TargetRegistry } from '../../targets/target-registry.js';
import type { PushWaiters } from '../../tasks/inbox/wait-for-push.store.js';
import type { AcceptPushDeps, RequestSyncDeps } from '../../tasks/life/task.js';
import type { ErasureKey } from '../../secrets/rotation/erasure-key.store.js';
import type { SessionLimits } from '../../access/authenticator.js';
import type { PasswordRules } from '../../access/passwords/password-rules.js';
import type { SecondFactorRule } from '../../access/sessions/duty.js';
import type { OidcSettings } from '../../access/oidc/oidc-settings.js';
import type { SlotLimits } from './answer-slots.js';
import type { BodyLimits } from './body-budget.js';
import type { BoardQueue } from '../board/bull-board.js';
import type { RateLimits } from './limit-rate.js';

/** What the API is built of. */
export interface HttpDeps extends RequestSyncDeps, AcceptPushDeps {
  readonly sources: SourceRegistry;
  readonly targets: TargetRegistry;
  readonly configSecrets: ConfigSecrets;
  /** Seals the secrets of second factors. */
  readonly keyring: Keyring;
  readonly openConfig: OpenConfig;
  /** Of the hashes of erased people. */
  readonly erasureKey: ErasureKey;
  readonly queue: QueueView;
  /** The requests that wait for results of pushes. */
  readonly pushWaiters: PushWaiters;
  /** The names of the migrations that the database lacks. */
  readonly pendingMigrations: () => Promise<readonly string[]>;
  /** The ids of keys that sources are sealed with and this process does not have. */
  readonly missingKeys: () => Promise<readonly string[]>;
  readonly passwordRules: PasswordRules;
  readonly settings: HttpSettings;
  /** Default: no traces. */
  readonly tracing?: Tracing;
  /** Aborted when the process goes down: long answers end. */
  readonly stopping: AbortSignal;
}

/** The queue as the API shows it. */
interface QueueView {
  /** What Bull Board shows. */
  readonly board: readonly BoardQueue[];
  /** @throws Error within some seconds when the queue can't be reached. */
  ping(): Promise<void>;
  /** Jobs by state. @throws Error within some seconds when the queue can't be reached. */
  countJobs(): Promise<Readonly<Record<string, number>>>;
}

/** How the API behaves where operators differ. */
interface HttpSettings {
  /** Express's "trust proxy"; null = no proxy. */
  readonly trustProxy: string | null;
  /** The address that people use; null = not known. */
  readonly publicUrl?: string | null;
  /** The identity provider that people may sign in with; null = none. */
  readonly oidc?: OidcSettings | null;
  /** Whether who signs in with a password must have a second factor. */
  readonly secondFactor: SecondFactorRule;
  /** Default: 30 min idle, 12 h in all. */
  readonly sessions?: SessionLimits;
  readonly rateLimits?: RateLimits;
  readonly bodyLimits?: BodyLimits;
  readonly slotLimits?: SlotLimits;
  /** How often a watched task is read; default 500. */
  readonly watchEveryMs?: number;
  /** Where the built console is; default: beside the code. */
  readonly consoleFolder?: string;
}
