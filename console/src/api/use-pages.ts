import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from './types.js';

/** A list that the server pages: what is read so far, and how to read on. */
export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

/** Reads a list page by page. `everyMs` says after how long to read again, by what is there; null = never. */
export function usePages<Item>(
  key: readonly unknown[],
  read: (cursor: string | null) => Promise<Page<Item>>,
  everyMs: ((items: readonly Item[]) => number) | null = null,
): Pages<Item> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) => everyMs?.(state.data?.pages.flatMap((page) => page.items) ?? []) ?? false,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    isLoading: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
