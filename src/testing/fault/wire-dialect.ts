/** A request as a client sent it: a batch of PostgreSQL messages up to its Sync, or one Redis command. */
export interface WireRequest {
  readonly bytes: Buffer;
  /** The SQL, or the command with its arguments; null where there is nothing to match (a start-up, a password). */
  readonly text: string | null;
  /** The server answers it by one reply that ends. */
  readonly hasReply: boolean;
}

/** A piece of what a server sent. */
export interface WireReply {
  readonly bytes: Buffer;
  /** The oldest open request is answered with it. */
  readonly isEnd: boolean;
}

/** Takes one connection's bytes apart, just enough to see requests and the ends of replies. Keeps half messages. */
export interface WireDialect {
  fromClient(chunk: Buffer): readonly WireRequest[];
  fromServer(chunk: Buffer): readonly WireReply[];
}
