import type { PushOutcome } from '../api/pushes/push-schema.js';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../../platform/logger.js';
import { logFault, setRefusalHeaders, toRefusal } from '../core/problem.js';

/** What became of the records in one place where they land, as the compatible API tells it. */
interface ResourceResult {
  readonly resource: string;
  readonly detail: {
    readonly count: { readonly all: number; readonly success: number; readonly failed: number };
    readonly failedRecords: readonly { readonly record: unknown; readonly message: string }[];
    /** Records that are taken without some of their fields; absent = none. Not in the reference. */
    readonly problems?: readonly { readonly record: unknown; readonly message: string }[];
  };
}

/** The places that a push of a kind reports, in order: [its name there, our kind]. */
const REPORTED: Readonly<Record<string, readonly (readonly [resource: string, kind: string])[]>> = {
  user: [
    ['users', 'user'],
    ['departments', 'membership'],
  ],
  department: [['departments', 'department']],
};

/** Tells the outcome of a push of `dataType` by place. A plugin's kind reports under its own name. */
export function resultOfPush(dataType: string, outcome: PushOutcome): readonly ResourceResult[] {
  const reported = REPORTED[dataType] ?? [[dataType, dataType]];
  return reported.map(([resource, kind]) => {
    const found = outcome.resources?.find((one) => one.kind === kind);
    const { all = 0, success = 0, failed = 0, failedRecords = [], problems = [] } = found ?? {};
    const leftOut = problems.map((one) => ({ record: one.record, message: one.problems.map(inWords).join('; ') }));
    return {
      resource,
      detail: {
        count: { all, success, failed },
        failedRecords: failedRecords.map(({ record, message }) => ({ record, message })),
        ...(leftOut.length > 0 ? { problems: leftOut } : {}),
      },
    };
  });
}

function inWords({ field, code, message }: { field: string; code: string; message: string }): string {
  return `${field} is left out: ${message} (${code})`;
}

/** Statuses that clients of the compatible API tell apart; every other mistake of theirs is a 400. */
const KEPT = new Set([401, 403, 405, 413, 429]);

/** Answers errors as clients of the compatible API expect them: `{ data: { code, message } }`. */
export function answerWithEnvelope(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const refusal = toRefusal(error);
    logFault(logger, { error, request });
    if (response.headersSent) return next(error);
    const status = refusal.status >= 500 || KEPT.has(refusal.status) ? refusal.status : 400;
    setRefusalHeaders(response, { ...refusal, status });
    response.status(status).json({ data: { code: status, message: messageOf(refusal) } });
  };
}

function messageOf({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'payload_too_large' ? 'request entity too large' : message;
}
