import { queryOptions } from '@tanstack/react-query';
import { readSession } from '../api/session.js';

/** The signed-in user: fetched once, then kept until the next sign-in or sign-out. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
});
