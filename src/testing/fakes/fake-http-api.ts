import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.js';

/** One call as a fake API saw it. */
export interface FakeCall extends Omit<FakeRequest, 'body'> {
  /** The fake's own short name of what was called, e.g. `user/list`. */
  readonly api: string;
  /** Parsed; undefined where there is none. */
  readonly body: unknown;
}

/** Certificate and key (PEM) of a fake that speaks https. */
export interface FakeTls {
  readonly cert: string;
  readonly key: string;
}

/** When something goes wrong. */
export interface FakeFault {
  readonly api: string;
  /** This many calls of the API still succeed; 0 where left out. */
  readonly after?: number;
  /** This many calls then fail; all of them where left out. */
  readonly times?: number;
  /** `hang`, `cut`, or an answer in place of the right one; null lets this call pass. */
  readonly trouble: FakeAnswer | ((call: FakeCall) => FakeAnswer | null | Promise<FakeAnswer | null>);
}

/** What the fake answers where nothing goes wrong, and how it names its calls. */
export interface FakeApiBehaviour {
  nameOf(call: Omit<FakeCall, 'api'>): string;
  answer(call: FakeCall): FakeAnswer | Promise<FakeAnswer>;
}

/** A fake server that records its calls and fails on request. */
export class FakeHttpApi {
  readonly calls: FakeCall[] = [];
  private server!: FakeHttp;
  /** Says each right answer in another way; default: as it is. */
  respell: (json: unknown) => unknown = (json) => json;
  private faults: { readonly fault: FakeFault; seen: number }[] = [];
  private readonly waiting: { readonly api: string; readonly resolve: () => void }[] = [];

  private constructor(private readonly behaviour: FakeApiBehaviour) {}

  /** @param tls certificate and key (PEM) to speak https */
  static async start(behaviour: FakeApiBehaviour, tls?: FakeTls): Promise<FakeHttpApi> {
    const api = new FakeHttpApi(behaviour);
    api.server = await startFakeHttp((request) => api.handle(request), tls);
    return api;
  }

  get url(): string {
    return this.server.baseUrl;
  }

  /** Calls of one API, or of all of them, since the start or the last `forget`. */
  count(api?: string): number {
    return this.calls.filter((call) => api === undefined || call.api === api).length;
  }

  /** Forgets calls and faults. */
  forget(): void {
    this.calls.length = 0;
    this.faults = [];
  }

  fail(fault: FakeFault): void {
    this.faults.push({ fault, seen: 0 });
  }

  /** Resolves when the API is called next. */
  called(api: string): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ api, resolve }));
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  private async handle(request: FakeRequest): Promise<FakeAnswer> {
    const call = this.read(request);
    this.calls.push(call);
    for (const one of this.waiting.splice(0)) {
      if (one.api === call.api) one.resolve();
      else this.waiting.push(one);
    }
    const trouble = await this.troubleFor(call);
    if (trouble !== null) return trouble;
    const answer = await this.behaviour.answer(call);
    return typeof answer === 'object' && 'json' in answer ? { ...answer, json: this.respell(answer.json) } : answer;
  }

  private read(request: FakeRequest): FakeCall {
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
    const call = { ...request, body };
    return { ...call, api: this.behaviour.nameOf(call) };
  }

  private async troubleFor(call: FakeCall): Promise<FakeAnswer | null> {
    for (const entry of this.faults) {
      const { api, after = 0, times = Infinity, trouble } = entry.fault;
      if (api !== call.api) continue;
      entry.seen += 1;
      if (entry.seen > after && entry.seen <= after + times) {
        const answer = typeof trouble === 'function' ? await trouble(call) : trouble;
        if (answer !== null) return answer;
      }
    }
    return null;
  }
}
