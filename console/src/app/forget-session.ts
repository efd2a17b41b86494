import type { QueryClient } from '@tanstack/react-query';

/** Shows the sign-in page, then drops all cached data: the next user must not see it. */
export function forgetSession(client: QueryClient): void {
  // First the session itself, which the sign-in page observes: removing a query notifies no observer.
  client.setQueryData(['session'], null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}
