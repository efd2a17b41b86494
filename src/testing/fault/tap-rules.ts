import type { WireRequest } from './wire-dialect.js';

/** A named place in what a process says to a server. */
export interface TapPoint {
  /** A request with this text … */
  readonly match?: RegExp;
  /** … or the COMMIT of a transaction in which a statement had this text. */
  readonly commitOf?: RegExp;
  /** Which of them, from 1 (default). */
  readonly nth?: number;
  /** Before the server gets the request, or when it has handled it but no reply was sent. */
  readonly edge: 'before' | 'after';
}

interface Rule extends TapPoint {
  left: number;
  reach(): Promise<void>;
}

/** One connection's view of the rules. */
export interface TapSession {
  before(request: WireRequest): Promise<void>;
  /** Whether a rule waits for the end of this request's reply. */
  isAwaited(request: WireRequest): boolean;
  after(request: WireRequest): Promise<void>;
}

/** The points that a test waits for, over all connections of a tap. */
export class TapRules {
  readonly requests: string[] = [];
  private readonly rules = new Set<Rule>();

  add(point: TapPoint, act: () => Promise<void> | void): Promise<void> {
    return new Promise((resolve, reject) => {
      const reach = () => Promise.resolve().then(act).then(resolve, reject);
      this.rules.add({ ...point, left: point.nth ?? 1, reach });
    });
  }

  newSession(): TapSession {
    const awaited = new Map<WireRequest, Rule[]>();
    let transaction = '';
    return {
      before: async (request) => {
        const text = request.text ?? '';
        if (text !== '') this.requests.push(text);
        if (/^BEGIN/i.test(text)) transaction = '';
        else transaction += `${text}\n`;
        const hits = this.count(text, transaction);
        const after = hits.filter((rule) => rule.edge === 'after');
        if (after.length > 0) awaited.set(request, after);
        for (const rule of hits) if (rule.edge === 'before') await rule.reach();
      },
      isAwaited: (request) => awaited.has(request),
      after: async (request) => {
        for (const rule of awaited.get(request) ?? []) await rule.reach();
        awaited.delete(request);
      },
    };
  }

  /** The rules whose turn it is with this request; each has one. */
  private count(text: string, transaction: string): Rule[] {
    return [...this.rules].filter((rule) => {
      if (!isMet(rule, text, transaction)) return false;
      rule.left -= 1;
      if (rule.left > 0) return false;
      this.rules.delete(rule);
      return true;
    });
  }
}

function isMet({ match, commitOf }: TapPoint, text: string, transaction: string): boolean {
  if (match) return match.test(text);
  return commitOf !== undefined && /^COMMIT/i.test(text) && commitOf.test(transaction);
}
