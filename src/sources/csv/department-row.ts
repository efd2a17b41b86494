import { type PathDepartments, pathId, readPath } from './department-path.js';
import { readId, type ReadRow } from './read-records.js';

/** Makes a record of a row of the departments file whose departments have ids. */
export const departmentRow: ReadRow = (cells) => {
  const externalId = readId(cells, 'uid');
  const fields = {
    title: cells.text('title'),
    parentUid: cells.exact('parentUid'),
    order: cells.number('order'),
  };
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { externalId, data: Object.fromEntries([...cells.custom(), ...known]) };
};

/** Adds the path of a row of the departments file whose departments are paths. */
export function departmentPathRow(paths: PathDepartments): ReadRow {
  return (cells) => {
    const titles = readPath(cells.text('path') ?? '');
    if (titles === null) cells.refuse('invalid_path', 'The path has an empty title.');
    if (cells.problem || titles === null) return { externalId: null, data: null };
    paths.add(titles);
    return { externalId: pathId(titles), data: null };
  };
}
