/** Records in one transaction of a pull, of a plan and of an apply: what bounds a worker's memory. */
export const PAGE_SIZE = 1_000;

/** Lines in one transaction of an apply that never leave the database: what bounds how long others wait for a row. */
export const PLAIN_PAGE = 2_000;
