import type { Principal } from '../../../access/accounts/principal.js';
import { RequestError } from '../../../domain/errors.js';
import type { SourcePatch } from './source-schema.js';
import type { SourceRow } from './source.store.js';
import { USER } from '../../../domain/record.js';
import type { TargetRegistry } from '../../../targets/target-registry.js';

/**
 * What of a source has effects on people of other sources: whose values count, whose accounts it links, and whether an
 * account is deleted with what other sources and admins wrote to it.
 */
const WIDER = ['matchKeys', 'priority', 'removal'] as const;

/**
 * Refuses a key that is narrowed to the source when it changes what has effects on people of other sources. A field that
 * keeps its value passes: clients send back what they read.
 * @throws RequestError 403 `forbidden` that names the fields.
 */
export function refuseWiderChanges(principal: Principal, patch: SourcePatch, stored: SourceRow): void {
  if (principal.sourceId === null) return;
  const changed = WIDER.filter((field) => patch[field] !== undefined && !isSame(patch[field], stored[field]));
  if (changed.length === 0) return;
  throw new RequestError(
    403,
    'forbidden',
    `This key is narrowed to one source and may not change ${changed.join(', ')}: these have effects on people of other ` +
      'sources. Leave them out, or change them with a key that is not narrowed.',
    changed.map((path) => ({ path, message: 'must stay as it is' })),
  );
}

/** Texts, numbers and lists of texts. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Checks what only the targets know: match keys and the kinds of a mapping.
 * @throws RequestError `invalid_request` naming the paths.
 */
export function checkReferences(
  targets: TargetRegistry,
  { matchKeys = [], mapping = {} }: Pick<SourcePatch, 'matchKeys' | 'mapping'>,
): void {
  const known = targets.ofKind(USER)?.matchKeys ?? [];
  const kinds = targets.kinds();
  const errors = [
    ...matchKeys.flatMap((key, at) => {
      if (!known.includes(key)) return [{ path: `matchKeys.${at}`, message: `must be one of ${known.join(', ')}` }];
      return matchKeys.indexOf(key) === at ? [] : [{ path: `matchKeys.${at}`, message: 'Is in the list twice.' }];
    }),
    ...Object.keys(mapping)
      .filter((kind) => !kinds.includes(kind))
      .map((kind) => ({ path: `mapping.${kind}`, message: `must be one of ${kinds.join(', ')}` })),
  ];
  if (errors.length > 0) throw new RequestError(422, 'invalid_request', 'The body is not valid.', errors);
}
