import { QueryClient } from '@tanstack/react-query';
import { toProblem } from '../api/problem.js';

/** Answers are kept for a while; a refusal is final, only the network and the server's own faults are tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => {
        const { status } = toProblem(error);
        return failures < 2 && (status === 0 || status >= 500);
      },
    },
  },
});
