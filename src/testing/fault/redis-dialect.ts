import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { WireDialect, WireReply, WireRequest } from './wire-dialect.js';

/**
 * The Redis protocol, RESP2 and the parts of RESP3 that servers answer with (redis.io, "Redis serialization protocol").
 * A script of BullMQ shows as its name: `moveToActive bull:rollcall-sync:wait …`.
 */
export function redisDialect(): WireDialect {
  let asked = Buffer.alloc(0);
  let answers = Buffer.alloc(0);
  return {
    fromClient(chunk) {
      asked = Buffer.concat([asked, chunk]);
      const requests: WireRequest[] = [];
      for (let end = endOf(asked, 0); end !== null; end = endOf(asked, 0)) {
        const bytes = asked.subarray(0, end);
        requests.push({ bytes, text: inWords(argumentsOf(bytes)), hasReply: true });
        asked = asked.subarray(end);
      }
      return requests;
    },
    fromServer(chunk) {
      answers = Buffer.concat([answers, chunk]);
      const replies: WireReply[] = [];
      for (let end = endOf(answers, 0); end !== null; end = endOf(answers, 0)) {
        // A push message (RESP3) is no reply.
        replies.push({ bytes: answers.subarray(0, end), isEnd: answers[0] !== '>'.charCodeAt(0) });
        answers = answers.subarray(end);
      }
      return replies;
    },
  };
}

/** Where the value that begins at `from` ends; null = not all of it is there yet. */
function endOf(bytes: Buffer, from: number): number | null {
  const lineEnd = bytes.indexOf('\r\n', from);
  if (lineEnd < 0) return null;
  const type = String.fromCharCode(bytes[from] ?? 0);
  const next = lineEnd + 2;
  const count = Number(bytes.toString('latin1', from + 1, lineEnd));
  if ('$!='.includes(type)) {
    const end = count < 0 ? next : next + count + 2;
    return end <= bytes.length ? end : null;
  }
  if (!'*~>%'.includes(type)) return next;
  let end = next;
  for (let left = type === '%' ? 2 * count : count; left > 0; left -= 1) {
    const after = endOf(bytes, end);
    if (after === null) return null;
    end = after;
  }
  return end;
}

function argumentsOf(command: Buffer): string[] {
  const parts: string[] = [];
  let at = command.indexOf('\r\n') + 2;
  while (at < command.length) {
    const lineEnd = command.indexOf('\r\n', at);
    const length = Number(command.toString('latin1', at + 1, lineEnd));
    parts.push(command.toString('utf8', lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return parts;
}

function inWords([name = '', ...given]: string[]): string {
  const command = name.toUpperCase();
  if (command === 'EVALSHA') return [scriptNames().get(given[0] ?? '') ?? given[0], ...given.slice(2)].join(' ');
  if (command === 'EVAL') return [scriptNames().get(sha1(given[0] ?? '')) ?? 'EVAL', ...given.slice(2)].join(' ');
  return [command, ...given].join(' ');
}

let names: ReadonlyMap<string, string> | undefined;

/** BullMQ's scripts by what Redis calls them: the SHA-1 of their text. */
function scriptNames(): ReadonlyMap<string, string> {
  names ??= new Map(readScripts());
  return names;
}

function* readScripts(): Generator<[string, string]> {
  const main = createRequire(join(process.cwd(), 'package.json')).resolve('bullmq');
  const folder = join(dirname(dirname(main)), 'esm', 'scripts');
  for (const file of readdirSync(folder).filter((one) => /-\d+\.js$/.test(one))) {
    const [, text, name] =
      /content = `([\s\S]*?)`;[\s\S]*name: '(\w+)'/.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
    if (text === undefined || name === undefined) continue;
    // The file holds the script as a template literal.
    yield [sha1(text.replace(/\\([`$\\])/g, '$1')), name];
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
