/** Records in one transaction of pull, plan and apply; limits the memory of a worker. */
export const PAGE_SIZE = 1_000;

/** Lines in one transaction of an apply inside the database; limits how long other transactions wait for a row. */
export const PLAIN_PAGE = 2_000;
