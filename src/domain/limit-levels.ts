import { PlannedTree, refuseCycles, type TreeNode, type TreeRefusal } from './planned-tree.js';

/** Maximum number of levels of a tree of departments, including the root. Directories have at most some dozens. */
export const MAX_LEVELS = 64;

/** After this number of passes that each refused a move, the rest of the existing tree stays unchanged. */
const MAX_PASSES = 5;
/** Length of the longest path that a message contains as a whole, and of the end that it contains of a longer one. */
const NAMED = { whole: 8, last: 6 };

/**
 * Finds the placements of a plan that would close a cycle or make the tree deeper than `MAX_LEVELS` (R20). Departments
 * below a new department that is refused for a cycle become roots. The work is linear in the number of nodes.
 */
export function refusePlacements(given: ReadonlyMap<string, TreeNode>): readonly TreeRefusal[] {
  const tree = new PlannedTree(given);
  for (let pass = 1; ; pass += 1) {
    refuseCycles(tree);
    // A department that does not move may cause problems for others: check again.
    if (!refuseLevels(tree)) return tree.refusals;
    if (pass < MAX_PASSES) continue;
    for (const id of tree.ids()) if (tree.isMoved(id)) tree.refuse({ id, code: 'too_deep', path: [id] });
  }
}

interface Place {
  readonly id: string;
  /** 1 for a root. */
  readonly level: number;
  readonly above: Place | null;
  readonly root: string;
}

/** Checks each placement with the departments that move along with it. @returns whether a move was refused. */
function refuseLevels(tree: PlannedTree): boolean {
  const places = topDown(tree);
  const heights = heightsOf(tree, places);
  const unsettled = new Set<string>();
  for (const place of places) {
    const { id, level, above } = place;
    if (above && unsettled.has(above.id)) unsettled.add(id);
    else if (tree.isPlanned(id) && level + (heights.get(id) ?? 1) - 1 > MAX_LEVELS) {
      if (tree.isMoved(id)) unsettled.add(id);
      tree.refuse({ id, code: 'too_deep', path: pathTo(place) });
    }
  }
  return unsettled.size > 0;
}

/** All nodes, parents before children. */
function topDown(tree: PlannedTree): readonly Place[] {
  const children = new Map<string | null, string[]>();
  for (const id of tree.ids()) {
    const parent = tree.parentOf(id);
    const siblings = children.get(parent);
    if (siblings) siblings.push(id);
    else children.set(parent, [id]);
  }
  const places: Place[] = (children.get(null) ?? []).map((id) => ({ id, level: 1, above: null, root: id }));
  for (const above of places) {
    for (const id of children.get(above.id) ?? []) {
      places.push({ id, level: above.level + 1, above, root: above.root });
    }
  }
  return places;
}

/** The number of levels of each node and of the nodes that move along, because the plan does not place them itself. */
function heightsOf(tree: PlannedTree, places: readonly Place[]): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const { id, above } of places.toReversed()) {
    const height = heights.get(id) ?? 1;
    heights.set(id, height);
    if (above && !tree.isPlanned(id)) heights.set(above.id, Math.max(heights.get(above.id) ?? 1, height + 1));
  }
  return heights;
}

function pathTo(place: Place): readonly (string | number)[] {
  const isLong = place.level > NAMED.whole;
  const end: string[] = [];
  for (let at: Place | null = place; at && end.length < (isLong ? NAMED.last : NAMED.whole); at = at.above) {
    end.unshift(at.id);
  }
  return isLong ? [place.root, place.level - 1 - NAMED.last, ...end] : end;
}
