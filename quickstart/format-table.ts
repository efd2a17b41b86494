const GAP = '  ';

/** Cells in columns of equal width; a column of numbers stands to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const numeric = widths.map((_, at) => rows.some((row) => /^\d+$/.test(row[at] ?? '')));
  const line = (row: readonly string[]) =>
    widths.map((width, at) => (numeric[at] ? (row[at] ?? '').padStart(width) : (row[at] ?? '').padEnd(width)));
  return rows.map((row) => `${GAP}${line(row).join(GAP)}`.trimEnd()).join('\n');
}
