import type { QueryClient } from '@tanstack/react-query';

/** Shows the way in, then drops everything that was read: nothing of it may be left for who comes next. */
export function forgetSession(client: QueryClient): void {
  // First the session itself, which the way in watches: a query that is cleared tells nobody.
  client.setQueryData(['session'], null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}
