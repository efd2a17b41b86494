/** A department in the tree of a plan. */
export interface TreeNode {
  /** The parent after the plan; null = root. A parent that is not a node counts as none. */
  readonly parent: string | null;
  /** Set where the plan places the department: the parent that it keeps if that is refused; undefined for a new one. */
  readonly planned?: { readonly fallback: string | null | undefined };
}

/** Why a department cannot have the parent of its record (R20). */
export interface TreeRefusal {
  readonly id: string;
  readonly code: 'cycle' | 'too_deep';
  /**
   * `cycle`: the department, its parent, … up to itself. `too_deep`: from the root down to it. A number stands for that
   * many departments that are left out of a long path.
   */
  readonly path: readonly (string | number)[];
}

/** The tree after a plan, without the placements refused so far. */
export class PlannedTree {
  readonly refusals: TreeRefusal[] = [];
  private readonly nodes: Map<string, TreeNode>;

  constructor(given: ReadonlyMap<string, TreeNode>) {
    this.nodes = new Map(given);
  }

  ids(): readonly string[] {
    return [...this.nodes.keys()];
  }

  /** @returns null for a root, and if the parent does not exist. */
  parentOf(id: string): string | null {
    const parent = this.nodes.get(id)?.parent ?? null;
    return parent !== null && this.nodes.has(parent) ? parent : null;
  }

  /** The plan places it, as a new department or by a move. */
  isPlanned(id: string): boolean {
    return this.nodes.get(id)?.planned !== undefined;
  }

  /** The plan moves it; it exists already. */
  isMoved(id: string): boolean {
    const planned = this.nodes.get(id)?.planned;
    return planned !== undefined && planned.fallback !== undefined;
  }

  /** A refused move leaves the department under its parent; a refused new department is not created. */
  refuse(refusal: TreeRefusal): void {
    this.refusals.push(refusal);
    const fallback = this.nodes.get(refusal.id)?.planned?.fallback;
    if (fallback === undefined) this.nodes.delete(refusal.id);
    else this.nodes.set(refusal.id, { parent: fallback });
  }
}

/** Refuses the placements that close a cycle. The work is linear in the number of nodes. */
export function refuseCycles(tree: PlannedTree): void {
  // A node with a path to a root is on no cycle, also later: only placements on cycles are refused.
  const rooted = new Set<string>();
  for (const start of tree.ids()) {
    const walk = new Map<string, number>();
    for (let at: string | null = start; at !== null && !rooted.has(at);) {
      const place = walk.get(at);
      if (place === undefined) {
        walk.set(at, walk.size);
        at = tree.parentOf(at);
        continue;
      }
      const walked = [...walk.keys()];
      const cycle = walked.slice(place);
      for (const id of cycle) walk.delete(id);
      refuseCycle(tree, cycle);
      const last = walked[place - 1];
      at = last === undefined ? start : tree.parentOf(last);
    }
    for (const id of walk.keys()) rooted.add(id);
  }
}

/** How many departments of a long path are named at its beginning, and at its end. */
const NAMED = { first: 5, last: 3 };

function refuseCycle(tree: PlannedTree, cycle: readonly string[]): void {
  const size = cycle.length;
  for (const [place, id] of cycle.entries()) {
    if (!tree.isPlanned(id)) continue;
    const at = (step: number) => cycle[(place + step) % size] ?? id;
    const isLong = size + 1 > NAMED.first + NAMED.last;
    const first = Array.from({ length: isLong ? NAMED.first : size }, (_, step) => at(step));
    const path = isLong ? [...first, size - NAMED.first, id] : [...first, id];
    tree.refuse({ id, code: 'cycle', path });
  }
}
