import { IncomingMessage } from 'node:http';
import type { BodyCopy } from './body-copy.ts';

/** Who takes a body's pieces as they come. */
export interface BodySink {
  readonly data: (piece: Buffer) => void;
  readonly end: () => void;
  /** The connection broke before the end. */
  readonly failed: (error: Error | null) => void;
}

/** After the end: a connection keeps its last request for a while, which must not keep what was done with it. */
const SPENT: BodySink = { data() {}, end() {}, failed() {} };

/**
 * A request whose body can be taken as it comes from the parser: what Node.js' streams make of a body (buffering, events, ticks, an end
 * and a destruction) costs a seventh of a small request. A stream like any other as long as nobody asks for that.
 */
export class Message extends IncomingMessage {
  /** True on hot routes, where only the guards and the route's own handler see the request. */
  direct = false;
  /** When it came (performance.now), where code of src/app.ts sees it first. */
  arrived: number | undefined = undefined;
  /** A route of the service answers it, counts it and logs it. */
  isServed = false;
  /** Called when that begins. */
  onServed: (() => void) | undefined = undefined;
  /** The body's bytes, for a route of the service behind middleware that may have read them. */
  copy: BodyCopy | undefined = undefined;
  /** Where the router is mounted whose route Express has called last: of `baseUrl` errors leave nothing. */
  mount = '';
  private matched: object | undefined = undefined;
  private sink: BodySink | undefined = undefined;

  /**
   * The body's pieces go to `sink`, and the stream of this request has none. False where that cannot be: on other routes, where a
   * piece is in the stream already because a guard took its time, and where somebody listens to the stream (a guard that waits for its
   * end).
   */
  handTo(sink: BodySink): boolean {
    if (!this.direct || this.complete || this.readableLength > 0 || this.eventNames().length > 0) return false;
    this.sink = sink;
    // The server throws away what nobody has begun to read.
    this.read(0);
    return true;
  }

  /** Express notes here the route that it calls. */
  get route(): object | undefined {
    return this.matched;
  }

  set route(route: object | undefined) {
    this.matched = route;
    this.mount = (this as { readonly baseUrl?: string }).baseUrl ?? '';
  }

  /** What comes from now on is the stream's again. */
  handBack(): void {
    this.sink = undefined;
  }

  /** Called by the server for each piece, and with null for the end. True: go on. */
  override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
    const { sink, copy } = this;
    if (copy) {
      if (piece === null) copy.end();
      else copy.add(piece);
    }
    if (sink === undefined) return super.push(piece, encoding);
    if (piece === null) {
      this.sink = SPENT;
      sink.end();
    } else sink.data(piece);
    return true;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.sink?.failed(error);
    this.copy?.fail(error);
    super._destroy(error, callback);
  }
}
