import type WebSocket from 'ws';
import { SourceUnavailableError } from '../../domain/errors.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import { openWebSocket } from '../../outbound/http-client/open-web-socket.js';
import type { SourceContext, StreamListener } from '../source-adapter.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import { eventAck, openGateway, pong, readFrame, type StreamFrame, unknownTopic } from './stream-gateway.js';

/** When a connection counts as lost. */
export interface StreamTiming {
  /** The interval of the pings to the other side. */
  readonly pingEveryMs: number;
  /** The duration of silence after which the connection is closed, even if it looks open. */
  readonly silentMs: number;
}

/** DingTalk's own client for this runtime sends a ping every 8 s, its other clients every minute. */
const TIMING: StreamTiming = { pingEveryMs: 10_000, silentMs: 25_000 };
const CONNECT_MS = 15_000;
/** Events contain ids; an import contains some thousands. */
const MAX_BYTES = 4 * 1_048_576;
/** The number of events that may wait to be stored; above it, no more messages are read until some are stored. */
const MAX_WAITING = 100;
const CLOSE_MS = 1_000;

/**
 * Holds one Stream connection to DingTalk; see SourceStream.
 * @throws SyncError
 */
export async function holdStream(
  world: JsonWorld,
  { config, signal }: Pick<SourceContext<DingtalkConfig>, 'config' | 'signal'>,
  listener: StreamListener,
  timing: StreamTiming = TIMING,
): Promise<void> {
  if (signal.aborted) return;
  const url = await openGateway(world, config, signal);
  const { allowHttp, egress } = world;
  const within = { timeoutMs: CONNECT_MS, maxBytes: MAX_BYTES, ca: config.ca, allowHttp, egress };
  const socket = await openWebSocket({ ...within, url, signal });
  await new Held(socket, listener).untilEnded(signal, timing);
}

/** One connection, from its opening to its end. */
class Held {
  private stored = Promise.resolve();
  private waiting = 0;
  private heardAt = Date.now();
  private leaving = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: StreamListener,
  ) {}

  async untilEnded(signal: AbortSignal, timing: StreamTiming): Promise<void> {
    const ended = this.listen(signal);
    const watch = setInterval(() => this.lookAlive(timing.silentMs), timing.pingEveryMs);
    this.listener.onOpen();
    try {
      await ended;
    } finally {
      clearInterval(watch);
      await this.stored;
      await closeSocket(this.socket);
    }
  }

  /** Resolves when the gateway or the signal ends the connection; throws if the connection is lost. */
  private listen(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.leaving = true;
        resolve();
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      const lost = (why: string) => {
        signal.removeEventListener('abort', leave);
        reject(new SourceUnavailableError(`The Stream connection was lost (${why}).`));
      };
      this.socket.on('message', (bytes: Buffer) => this.take(readFrame(bytes.toString('utf8')), leave));
      for (const sign of ['ping', 'pong'] as const) this.socket.on(sign, () => (this.heardAt = Date.now()));
      this.socket.once('close', (code) => lost(`code ${code}`));
      this.socket.on('error', (error) => lost(error.message));
    });
  }

  private take(frame: StreamFrame | null, leave: () => void): void {
    this.heardAt = Date.now();
    // Events after the disconnect notice are not acknowledged: the gateway sends them again to the next connection.
    if (frame === null || this.leaving) return;
    if (frame.is === 'ping') this.socket.send(pong(frame));
    else if (frame.is === 'event') this.store(frame.messageId, frame.hints);
    else if (frame.is === 'disconnect') leave();
    else if (frame.messageId !== null) this.socket.send(unknownTopic(frame.messageId));
  }

  /** One after the other: an event must be stored before its acknowledgement is sent. */
  private store(messageId: string, hints: Extract<StreamFrame, { is: 'event' }>['hints']): void {
    this.waiting += 1;
    if (this.waiting > MAX_WAITING) this.socket.pause();
    this.stored = this.stored.then(async () => {
      const status = await this.listener.onEvent(hints).then(
        () => 'SUCCESS' as const,
        () => 'LATER' as const,
      );
      this.waiting -= 1;
      if (this.waiting <= MAX_WAITING / 2) this.socket.resume();
      // A lost connection takes no acknowledgement. The event arrives again, and reading an object twice does no harm.
      this.socket.send(eventAck(messageId, status), () => undefined);
    });
  }

  private lookAlive(silentMs: number): void {
    // While this side reads no messages, the silence of the other side has no meaning.
    if (this.socket.isPaused) this.heardAt = Date.now();
    if (Date.now() - this.heardAt > silentMs) this.socket.terminate();
    else this.socket.ping();
  }
}

/** Ends a connection in order, or after a second without an answer. */
async function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(1_000);
  await closed;
  clearTimeout(timer);
}
