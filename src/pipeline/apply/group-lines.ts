/** A line of the plan with the unique values that it takes or gives up. */
export interface BoundLine {
  readonly id: bigint;
  readonly values: readonly string[];
}

/** Groups lines that share a value, directly or through other lines: they must be written together (R12). */
export function groupLines(lines: readonly BoundLine[]): readonly (readonly bigint[])[] {
  const leaders = new Map<string, string>();
  for (const { values } of lines) {
    const [first] = values;
    for (const value of values) if (first !== undefined) leaders.set(find(leaders, value), find(leaders, first));
  }
  const groups = new Map<string, bigint[]>();
  for (const { id, values } of lines) {
    const name = values[0] === undefined ? `#${id}` : find(leaders, values[0]);
    groups.set(name, [...(groups.get(name) ?? []), id]);
  }
  return [...groups.values()];
}

/** The value that represents the group of this one. */
function find(leaders: Map<string, string>, value: string): string {
  let leader = value;
  for (let next = leaders.get(leader); next !== undefined && next !== leader; next = leaders.get(leader)) leader = next;
  leaders.set(value, leader);
  return leader;
}
