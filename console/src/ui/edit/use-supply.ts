import type { EditTarget } from '../../api/edit.js';
import { useMay } from '../../app/session-context.js';
import { showProblem } from '../show-problem.js';
import type { Suppliers } from './supplier.js';
import { useEdit } from './use-edit.js';

/** What a page shows of the sources of fields, and how a field is given back to them. */
export interface Supply {
  readonly suppliers: Suppliers;
  /** Gives a field that was edited by hand back to the sources; undefined = the reader may not. */
  readonly reset: ((name: string) => void) | undefined;
  /** The field that is being given back. */
  readonly resetting: string | null;
}

/** The sources of the fields of a person or department. */
export function useSupply(target: EditTarget, suppliers: Suppliers): Supply {
  const isAdmin = useMay('admin');
  const { mutate, isPending, variables } = useEdit(target);
  const reset = (name: string) => mutate({ release: [name] }, { onError: showProblem });
  return {
    suppliers,
    reset: isAdmin ? reset : undefined,
    resetting: isPending ? (variables.release?.[0] ?? null) : null,
  };
}
