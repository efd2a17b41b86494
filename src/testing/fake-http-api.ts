import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as a fake API saw it. */
export interface FakeCall {
  /** The fake's own short name of what was called, e.g. `user/list`. */
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What a fake API answers; the status is 200 where none is given. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What goes wrong: an answer instead of the right one, no answer at all, or a connection that breaks in the body. */
export type FakeTrouble = FakeAnswer | 'hang' | 'cut';

/** When something goes wrong. */
export interface FakeFault {
  readonly api: string;
  /** This many calls of the API still succeed; 0 where left out. */
  readonly after?: number;
  /** This many calls then fail; all of them where left out. */
  readonly times?: number;
  readonly trouble: FakeTrouble | ((call: FakeCall) => FakeTrouble);
}

/** What the fake answers where nothing goes wrong, and how it names its calls. */
export interface FakeApiBehaviour {
  nameOf(call: Omit<FakeCall, 'api'>): string;
  answer(call: FakeCall): FakeAnswer | Promise<FakeAnswer>;
}

/** A loopback server that speaks JSON, remembers its calls and fails when told to. */
export class FakeHttpApi {
  readonly calls: FakeCall[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));
  private faults: { fault: FakeFault; seen: number }[] = [];
  private readonly waiting: { api: string; resolve: () => void }[] = [];

  private constructor(private readonly behaviour: FakeApiBehaviour) {}

  static async start(behaviour: FakeApiBehaviour): Promise<FakeHttpApi> {
    const api = new FakeHttpApi(behaviour);
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
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

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await this.read(request);
    this.calls.push(call);
    for (const one of this.waiting.splice(0)) {
      if (one.api === call.api) one.resolve();
      else this.waiting.push(one);
    }
    const trouble = this.troubleFor(call) ?? (await this.behaviour.answer(call));
    if (trouble === 'hang') return;
    if (trouble === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"half":', () => response.destroy());
      return;
    }
    const { status = 200, headers = {}, body } = trouble;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text);
  }

  private async read(request: IncomingMessage): Promise<FakeCall> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method = '', headers } = request;
    const call = { method, path: pathname, query: searchParams, headers, body };
    return { ...call, api: this.behaviour.nameOf(call) };
  }

  private troubleFor(call: FakeCall): FakeTrouble | null {
    for (const entry of this.faults) {
      const { api, after = 0, times = Infinity, trouble } = entry.fault;
      if (api !== call.api) continue;
      entry.seen += 1;
      if (entry.seen > after && entry.seen <= after + times) {
        return typeof trouble === 'function' ? trouble(call) : trouble;
      }
    }
    return null;
  }
}
