import { queryOptions } from '@tanstack/react-query';
import { readSession } from '../api/session.js';

/** Who is signed in: asked once, then kept until somebody signs in or out. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
});
