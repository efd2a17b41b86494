import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as the made-up source lists it. */
export type ListedRecord = Readonly<Record<string, unknown>> & { readonly uid: string };

/** Everything that one made-up source has. */
export interface Listing {
  readonly departments: readonly ListedRecord[];
  readonly users: readonly ListedRecord[];
}

/** One page that a worker asks for; `page` counts from 1 over the departments and then the users. */
export interface PageRequest {
  readonly source: string;
  readonly kind: 'department' | 'user';
  readonly page: number;
}

/** What the server sends for a page, before a fault changes it. */
export interface PageAnswer {
  records: readonly ListedRecord[];
  /** Where the next page begins; null = the last one. */
  next: string | null;
  /** Of both kinds. */
  total: number;
}

/** Answers in the server's stead, or changes the answer and says false. */
export type SourceFault = (
  response: ServerResponse,
  request: PageRequest,
  answer: PageAnswer,
) => boolean | Promise<boolean>;

/** A source that lists people over HTTP, page by page, and fails on request. */
export interface SourceServer {
  readonly url: string;
  readonly listings: Map<string, Listing>;
  /** By the source's name. */
  readonly faults: Map<string, SourceFault>;
  readonly requests: PageRequest[];
  close(): Promise<void>;
}

/** Starts one on loopback; a page has so many records. */
export async function startSourceServer(pageSize = 10): Promise<SourceServer> {
  const listings = new Map<string, Listing>();
  const faults = new Map<string, SourceFault>();
  const requests: PageRequest[] = [];
  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    const request = read(asked);
    requests.push(request);
    const page = pageOf(listings.get(request.source) ?? { departments: [], users: [] }, request, pageSize);
    if (await faults.get(request.source)?.(response, request, page)) return;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(page));
  };
  const server = createServer((asked, response) => void answer(asked, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ listings, faults, requests },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function read(asked: IncomingMessage): PageRequest {
  const [, source = '', kind] = (asked.url ?? '').split('?')[0]!.split('/');
  const page = Number(new URL(asked.url ?? '', 'http://localhost').searchParams.get('page'));
  return { source, kind: kind === 'department' ? 'department' : 'user', page };
}

function pageOf(listing: Listing, { kind, page }: PageRequest, pageSize: number): PageAnswer {
  const all = kind === 'department' ? listing.departments : listing.users;
  const records = all.slice((page - 1) * pageSize, page * pageSize);
  return {
    records,
    next: page * pageSize < all.length ? String(page + 1) : null,
    total: listing.departments.length + listing.users.length,
  };
}
