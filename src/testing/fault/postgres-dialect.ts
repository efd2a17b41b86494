import type { WireDialect, WireReply, WireRequest } from './wire-dialect.js';

/**
 * The frontend/backend protocol 3.0 (PostgreSQL's manual, "Message Formats"): requests end with Sync or are a simple
 * Query, replies end with ReadyForQuery. The first message of a connection has no type byte.
 */
export function postgresDialect(): WireDialect {
  const statements = new Map<string, string>();
  let started = false;
  let rest = Buffer.alloc(0);
  let batch: Buffer[] = [];
  let text: string | null = null;
  let answers = Buffer.alloc(0);

  const take = (message: Buffer): WireRequest | null => {
    batch.push(message);
    const type = String.fromCharCode(message[0] ?? 0);
    text ??= textOf(type, message.subarray(5), statements);
    if (!ENDS_REQUEST.has(type)) return null;
    const request = { bytes: Buffer.concat(batch), text, hasReply: type === 'S' || type === 'Q' };
    batch = [];
    text = null;
    return request;
  };

  return {
    fromClient(chunk) {
      rest = Buffer.concat([rest, chunk]);
      const requests: WireRequest[] = [];
      for (;;) {
        const head = started ? 1 : 0;
        if (rest.length < head + 4) return requests;
        const end = head + rest.readInt32BE(head);
        if (rest.length < end) return requests;
        const message = rest.subarray(0, end);
        rest = rest.subarray(end);
        const request = started ? take(message) : { bytes: message, text: null, hasReply: false };
        started = true;
        if (request) requests.push(request);
      }
    },
    fromServer(chunk) {
      answers = Buffer.concat([answers, chunk]);
      const replies: WireReply[] = [];
      let from = 0;
      let at = 0;
      while (answers.length >= at + 5 && answers.length >= at + 1 + answers.readInt32BE(at + 1)) {
        const isEnd = answers[at] === READY_FOR_QUERY;
        at += 1 + answers.readInt32BE(at + 1);
        if (!isEnd) continue;
        replies.push({ bytes: answers.subarray(from, at), isEnd });
        from = at;
      }
      if (at > from) replies.push({ bytes: answers.subarray(from, at), isEnd: false });
      answers = answers.subarray(at);
      return replies;
    },
  };
}

const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/** Sync and Query end what belongs together; password, Terminate and Flush stand alone. */
const ENDS_REQUEST = new Set(['S', 'Q', 'p', 'X', 'H']);

/** A statement's SQL: of a Query, of a Parse, or of the prepared statement that a Bind names. */
function textOf(type: string, body: Buffer, statements: Map<string, string>): string | null {
  if (type === 'Q') return textAt(body, 0).text;
  if (type === 'P') {
    const name = textAt(body, 0);
    const sql = textAt(body, name.next);
    statements.set(name.text, sql.text);
    return sql.text;
  }
  if (type !== 'B') return null;
  const portal = textAt(body, 0);
  return statements.get(textAt(body, portal.next).text) ?? null;
}

function textAt(body: Buffer, from: number): { text: string; next: number } {
  const end = body.indexOf(0, from);
  return { text: body.toString('utf8', from, end), next: end + 1 };
}
