/** What a span tells beside its times. Ids, names of routes and counts; never people. */
type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** A span that is not over yet. */
export interface OpenSpan {
  rename(name: string): void;
  add(facts: SpanFacts): void;
}

/** A span that is over. */
export interface EndedSpan {
  readonly name: string;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly facts: SpanFacts;
}

/** Sends spans to a collector. */
export interface Tracing {
  /** Whether spans are exported. */
  readonly isOn: boolean;
  /** Does something in a span: what begins within is its child. A span whose work throws is marked as failed. */
  during<T>(name: string, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Adds a span below the one that work is in. */
  record(span: EndedSpan): void;
  /** Sends what is left; never throws. */
  close(): Promise<void>;
}

/** Exports no spans and loads no library. */
export const NO_TRACING: Tracing = {
  isOn: false,
  during: (_name, work) => work({ rename: () => undefined, add: () => undefined }),
  record: () => undefined,
  close: () => Promise.resolve(),
};
