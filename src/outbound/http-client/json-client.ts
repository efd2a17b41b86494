import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import pTimeout from 'p-timeout';
import { SourceAuthError, SourceRateLimitedError, SourceUnavailableError } from '../../domain/errors.js';
import type { Egress } from '../egress/egress.js';
import { type Clock, systemClock } from './clock.js';
import { egressOf, openAgent } from './open-agent.js';
import { fetchJson } from './fetch-body.js';
import { statusVerdict } from './classify-status.js';
import type { AnswerVerdict, JsonAnswer, JsonCall, ClassifyAnswer, RatesOf, TokenSource } from './json-call.js';
import type { Rate, RateGovernor } from './rate-governor.js';
import { redactSecrets } from './address-secrets.js';
import type { TokenCache } from './token-cache.js';

/** What a process lends to the adapters that speak JSON over HTTP. One of each a process. */
export interface JsonWorld {
  readonly governor: RateGovernor;
  readonly tokens: TokenCache;
  /** Default the clock on the wall. */
  readonly clock?: Clock;
  /** Lets plain http through to this very machine; for tests and development. */
  readonly allowHttp?: boolean;
  /** Where its connections may go. Left out: public addresses only, or this very machine only with `allowHttp`. */
  readonly egress?: Egress | undefined;
}

/** A system to ask, and how. */
export interface JsonClientOptions {
  /** Who is asked, e.g. `wecom`: part of the limits' keys. */
  readonly provider: string;
  /** Where its paths begin, e.g. `https://qyapi.weixin.qq.com`. */
  readonly baseUrl: string;
  /** What the limits are counted by (an app and its secret): hashed before it goes anywhere. */
  readonly credential: string;
  /** Default: no limit. */
  readonly rates?: RatesOf;
  /** Default: by HTTP status. */
  readonly classify?: ClassifyAnswer;
  /** Default: calls need no token. */
  readonly token?: TokenSource | undefined;
  /** Texts that no error may hold, beside the token. */
  readonly secrets?: readonly string[];
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string;
  /** Ends everything with its reason. */
  readonly signal: AbortSignal;
  /** Of one call, default 30 s. */
  readonly timeoutMs?: number;
  /** Of one answer, default 64 MiB. */
  readonly maxBytes?: number;
  /** Connections at once, default 4. */
  readonly connections?: number;
}

/** Asks one system. */
export interface JsonClient {
  /**
   * Makes a call: waits for its place, brings a token, tries again where that helps.
   * @returns the answer, judged ok
   * @throws SyncError, an error of the adapter's classify, or the signal's reason
   */
  call(call: JsonCall): Promise<JsonAnswer>;
  /** Ends its connections; must be called. */
  close(): Promise<void>;
}

/** Longer waits end the read instead: the task comes back by itself when it is time. */
const MAX_WAIT_MS = 5 * 60_000;
const MAX_THROTTLES = 5;
const MAX_BUSY = 3;
const BUSY_WAIT_MS = 1_000;

/** Opens a client; the caller closes it. */
export function createJsonClient(world: JsonWorld, options: JsonClientOptions): JsonClient {
  const { ca, connections = 4 } = options;
  const agent = openAgent({ ca, connections, egress: egressOf(world) });
  const caller = new Caller(world, options, agent);
  return { call: (call) => caller.call(call), close: () => agent.destroy() };
}

/** Whom limits and tokens belong to, without saying who that is. */
function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

class Caller {
  private readonly clock: Clock;
  private readonly owner: string;

  constructor(
    private readonly world: JsonWorld,
    private readonly options: JsonClientOptions,
    private readonly agent: Dispatcher,
  ) {
    this.clock = world.clock ?? systemClock;
    this.owner = `${options.provider} ${hashOf(options.baseUrl, options.credential)}`;
  }

  async call(call: JsonCall): Promise<JsonAnswer> {
    const { token: source } = this.options;
    if (!source) return this.make(call);
    const token = await this.token(source);
    const answer = await this.make(source.put(call, token), token);
    if (answer !== REFUSED) return answer;
    this.world.tokens.drop(this.tokenKey(source), token);
    const fresh = await this.token(source);
    const again = await this.make(source.put(call, fresh), fresh);
    if (again !== REFUSED) return again;
    throw new SourceAuthError(`${call.api} refuses a token that was just issued: check the app and its secret.`);
  }

  private make(call: JsonCall): Promise<JsonAnswer>;
  private make(call: JsonCall, token: string): Promise<JsonAnswer | typeof REFUSED>;
  private async make(call: JsonCall, token?: string): Promise<JsonAnswer | typeof REFUSED> {
    const secrets = [...(this.options.secrets ?? []), ...(token === undefined ? [] : [token])];
    let throttles = 0;
    let busy = 0;
    for (;;) {
      await this.waitForPlace(call.api);
      const { answer, verdict } = await this.ask(call, secrets);
      if (verdict.is === 'ok' && answer) return answer;
      if (verdict.is === 'token_expired' && token !== undefined) return REFUSED;
      throttles += Number(verdict.is === 'rate_limited');
      busy += Number(verdict.is === 'busy');
      await this.prepareAgain(call, verdict, { throttles, busy });
    }
  }

  /** Waits before another try, or throws where none is left. */
  private async prepareAgain(
    { api }: JsonCall,
    verdict: AnswerVerdict,
    { throttles, busy }: { readonly throttles: number; readonly busy: number },
  ): Promise<void> {
    if (verdict.is === 'failed') throw verdict.error;
    if (verdict.is === 'rate_limited') {
      const keys = verdict.key === undefined ? this.ratesOf(api).map(({ key }) => key) : [verdict.key];
      for (const key of new Set(keys))
        await this.world.governor.pause(`${this.owner} ${key}`, verdict.afterMs, this.options.signal);
      if (throttles > MAX_THROTTLES || verdict.afterMs > MAX_WAIT_MS) throw new SourceRateLimitedError(verdict.afterMs);
      return;
    }
    if (verdict.is !== 'busy') throw new SourceAuthError(`${api} refuses the credential.`);
    if (busy > MAX_BUSY) throw new SourceUnavailableError(verdict.message);
    await this.clock.sleep(BUSY_WAIT_MS * 2 ** (busy - 1), this.options.signal);
  }

  private async ask(
    call: JsonCall,
    secrets: readonly string[],
  ): Promise<{ readonly answer?: JsonAnswer; readonly verdict: AnswerVerdict }> {
    try {
      const answer = await fetchJson(call, { ...this.options, agent: this.agent, allowHttp: this.world.allowHttp });
      const verdict = this.classify(call, answer);
      if (verdict.is === 'failed') verdict.error.message = redactSecrets(verdict.error.message, secrets);
      if (verdict.is !== 'busy') return { answer, verdict };
      return { answer, verdict: { ...verdict, message: redactSecrets(verdict.message, secrets) } };
    } catch (error) {
      if (error instanceof SourceUnavailableError) return { verdict: { is: 'busy', message: error.message } };
      throw error;
    }
  }

  private classify({ expected = [] }: JsonCall, answer: JsonAnswer): AnswerVerdict {
    if (expected.includes(answer.status)) return { is: 'ok' };
    return this.options.classify?.(answer) ?? statusVerdict(answer, this.clock.now());
  }

  private async waitForPlace(api: string): Promise<void> {
    const rates = this.ratesOf(api).map((rate) => ({ ...rate, key: `${this.owner} ${rate.key}` }));
    const waitMs = await this.world.governor.reserve(rates, this.options.signal);
    if (waitMs > MAX_WAIT_MS) throw new SourceRateLimitedError(waitMs);
    if (waitMs > 0) await this.clock.sleep(waitMs, this.options.signal);
    this.options.signal.throwIfAborted();
  }

  /** A pause of the API counts even where it has no limit. */
  private ratesOf(api: string): readonly Rate[] {
    const rates = this.options.rates?.(api) ?? [];
    return rates.length > 0 ? rates : [{ key: api, max: UNLIMITED, windowMs: 1_000 }];
  }

  private token(source: TokenSource): Promise<string> {
    const { signal } = this.options;
    // Others may wait for the same token: this caller's end is not theirs.
    const patient = new Caller(this.world, { ...this.options, signal: new AbortController().signal }, this.agent);
    const fetch = () => source.fetch((call) => patient.make(call));
    return pTimeout(this.world.tokens.get(this.tokenKey(source), fetch), { milliseconds: Infinity, signal });
  }

  private tokenKey({ credential }: TokenSource): string {
    return `${this.options.provider} ${hashOf(this.options.baseUrl, credential)}`;
  }
}

const REFUSED = Symbol('the token was refused');
/** Calls a second; more than any loop makes. */
const UNLIMITED = 1_000_000;
