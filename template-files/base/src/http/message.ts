import { IncomingMessage } from 'node:http';

/** Who takes a body's pieces as they come. */
export interface BodySink {
  readonly data: (piece: Buffer) => void;
  readonly end: () => void;
  /** The connection broke before the end. */
  readonly failed: (error: Error | null) => void;
}

/**
 * A request whose body can be taken as it comes from the parser: what Node.js' streams make of a body (buffering, events, ticks, an end
 * and a destruction) costs a seventh of a small request. A stream like any other as long as nobody asks for that.
 */
export class Message extends IncomingMessage {
  /** True on hot routes, where nothing but the route's own handler sees the request. */
  direct = false;
  private sink: BodySink | undefined = undefined;

  /** The body's pieces go to `sink` from now on, and the stream of this request has none. */
  handTo(sink: BodySink): void {
    this.sink = sink;
    // The server throws away what nobody has begun to read.
    this.read(0);
  }

  /** What comes from now on is the stream's again. */
  handBack(): void {
    this.sink = undefined;
  }

  /** Called by the server for each piece, and with null for the end. True: go on. */
  override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
    const { sink } = this;
    if (sink === undefined) return super.push(piece, encoding);
    if (piece === null) sink.end();
    else sink.data(piece);
    return true;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { sink } = this;
    this.sink = undefined;
    sink?.failed(error);
    super._destroy(error, callback);
  }
}
