import { RequestError } from '../../../domain/errors.js';
import { USER } from '../../../domain/record.js';
import type { TargetRegistry } from '../../../targets/target-registry.js';
import type { SourcePatch } from './source-schema.js';

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
