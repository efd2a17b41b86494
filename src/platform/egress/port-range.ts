/** Ports from the first to the last, both included. */
export type PortRange = readonly [first: number, last: number];

/** Reads `443` or `1024-65535`; null when it is none. */
export function parsePorts(text: string): PortRange | null {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  const range: PortRange = [Number(first), Number(last)];
  return range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535 ? range : null;
}
