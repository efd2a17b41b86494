import type { PushOutcome } from '../routes/pushes/push-schema.js';

/** What became of the records in one place where they land, as the compatible API tells it. */
interface ResourceResult {
  readonly resource: string;
  readonly detail: {
    readonly count: { readonly all: number; readonly success: number; readonly failed: number };
    readonly failedRecords: readonly { readonly record: unknown; readonly message: string }[];
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
    const { all = 0, success = 0, failed = 0, failedRecords = [] } = found ?? {};
    return {
      resource,
      detail: {
        count: { all, success, failed },
        failedRecords: failedRecords.map(({ record, message }) => ({ record, message })),
      },
    };
  });
}
