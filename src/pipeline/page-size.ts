/** Records in one transaction of a pull, of a plan and of an apply: what bounds a worker's memory. */
export const PAGE_SIZE = 1_000;
