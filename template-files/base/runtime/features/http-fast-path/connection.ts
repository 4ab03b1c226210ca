import type { Socket } from 'node:net';
import { BufferedRequest } from '../../http/buffered-request.ts';
import type { ByteBudget } from '../../http/byte-budget.ts';
import type { Run } from '../../http/exchange.ts';
import type { Match } from '../../http/hot.ts';
import type { Responder } from '../../http/responder.ts';
import { answerOf } from './answer.ts';
import { type Head, readHead } from './head.ts';

/** What the requests of a connection are handed to. */
export interface ConnectionOptions {
  readonly match: (method: string, url: string) => Match | undefined;
  readonly run: Run;
  /** Gives the connection to Node.js, for good. */
  readonly toNode: (socket: Socket) => void;
  /** For requests of which more is to come. */
  readonly budget: ByteBudget;
  /** Lines of answers behind which the connection stays. */
  readonly keepAlive: string;
}

/** A connection as long as Node.js does not have it. */
export interface Connection {
  /**
   * Called now and then, so that no request need note when it came: ends the connection when it has been idle for more than so many
   * calls, and gives one that does not come to the point to Node.js.
   */
  readonly sweep: (idleSweeps: number) => void;
  /** Nothing of a request is here. */
  readonly isIdle: () => boolean;
  /** It waits for an answer, or has not received all of one. */
  readonly isServing: () => boolean;
  readonly destroy: () => void;
}

interface Known extends Head {
  readonly bytes: Buffer;
  readonly match: Match;
}

const END = Buffer.from('\r\n\r\n');
/** First lines of more are Node.js' to accept or to refuse; each connection keeps its last ones. */
const MAX_HEAD = 8 * 1024;
/** A request that comes in pieces is waited for up to this size. As much as Node.js takes for the headers alone. */
const MAX_WAITING = 16 * 1024;

/**
 * Answers the requests of a connection one by one, as long as each is complete and of the plainest form. With the first other one, the
 * connection and all that it has sent is Node.js'. @param left called once, when the connection is closed or Node.js'
 */
export function openConnection(socket: Socket, options: ConnectionOptions, left: () => void): Connection {
  const { match, run, toNode, keepAlive, budget } = options;
  /** Clients send the same first lines again and again. */
  let known: Known | undefined;
  /** A request of which more is to come. */
  let begun: Buffer | undefined;
  /** Of its body. */
  let held = 0;
  /** What came behind the request that is being answered. */
  let behind: Buffer | undefined;
  let busy = false;
  /** With what has been answered last. */
  let closing = false;
  let bytesSeen = 0;
  let quietSweeps = 0;
  let lateSweeps = 0;

  function knownHead(bytes: Buffer): Known | undefined {
    if (known && bytes.length >= known.bytes.length && known.bytes.compare(bytes, 0, known.bytes.length) === 0)
      return known;
    const end = bytes.indexOf(END);
    if (end < 0 || end > MAX_HEAD) return undefined;
    const head = readHead(bytes.toString('latin1', 0, end));
    const found = head && match('POST', head.url);
    if (!head || !found) return undefined;
    // A copy: the piece that it came in is larger.
    const copy = Buffer.allocUnsafeSlow(end + END.length);
    bytes.copy(copy, 0, 0, copy.length);
    known = { ...head, bytes: copy, match: found };
    return known;
  }

  function take(piece: Buffer): void {
    if (busy) {
      behind = behind ? Buffer.concat([behind, piece]) : piece;
      socket.pause();
      return;
    }
    const bytes = begun ? Buffer.concat([begun, piece]) : piece;
    forget();
    const head = knownHead(bytes);
    const missing = head ? head.bytes.length + head.bodyBytes - bytes.length : -1;
    if (head && missing === 0) ask(head, bytes);
    else if (head && missing > 0 && wait(bytes, bytes.length - head.bytes.length, missing)) begun = bytes;
    else leave(bytes);
  }

  /** Whether the budget has bytes for what has come of a body. */
  function wait(bytes: Buffer, ofBody: number, missing: number): boolean {
    if (bytes.length + missing > MAX_WAITING || !budget.take(ofBody)) return false;
    held = ofBody;
    return true;
  }

  function forget(): void {
    begun = undefined;
    budget.give(held);
    held = 0;
  }

  function ask(head: Known, bytes: Buffer): void {
    busy = true;
    const request = new BufferedRequest(socket, head, bytes.subarray(head.bytes.length));
    void run(head.match.route, request, responder, head.match.params);
  }

  const responder: Responder = {
    respond(reply, headers, last) {
      const { head, body } = answerOf(reply, headers, last, keepAlive);
      let flows = socket.write(head, 'latin1');
      if (body.length > 0) flows = socket.write(body);
      busy = false;
      if (last) {
        // Still ours until it is closed: a client may take its time to read the answer, or for ever.
        closing = true;
        stopReading();
        socket.destroySoon();
      } else if (behind) leave(behind);
      else if (!flows) {
        // One who does not read the answers is not read either.
        socket.pause();
        socket.once('drain', goOn);
      }
      return true;
    },
  };

  function goOn(): void {
    socket.resume();
  }

  function leave(bytes?: Buffer): void {
    forget();
    detach();
    toNode(socket);
    if (bytes) socket.unshift(bytes);
    if (socket.isPaused()) socket.resume();
  }

  /** The client sends no more: for Node.js' server it is gone, and so it is here. What it has been answered still goes out. */
  function end(): void {
    if (busy || begun) socket.destroy();
    else socket.end();
  }

  function close(): void {
    detach();
    // Counted, and in the log, like any other that has left too early.
    const bytes = begun;
    forget();
    if (bytes && known) ask(known, bytes);
  }

  function ignore(): void {}

  function stopReading(): void {
    socket.off('data', take).off('end', end).off('drain', goOn);
  }

  function detach(): void {
    stopReading();
    socket.off('close', close);
    left();
  }

  socket.on('data', take).on('end', end).on('close', close).on('error', ignore);

  return {
    sweep(idleSweeps) {
      if (socket.destroyed) return;
      const bytes = socket.bytesRead;
      if (begun || bytes === 0) {
        lateSweeps += 1;
        // Node.js has its own patience with those who do not come to the point.
        if (lateSweeps > 1) leave(begun);
        return;
      }
      lateSweeps = 0;
      // One who is still reading an answer is not idle.
      const isUsed = busy || bytes !== bytesSeen || socket.writableLength > 0;
      quietSweeps = isUsed ? 0 : quietSweeps + 1;
      bytesSeen = bytes;
      if (quietSweeps > idleSweeps) socket.destroy();
    },
    isIdle: () => !busy && !closing && begun === undefined,
    isServing: () => busy || closing || socket.writableLength > 0,
    destroy: () => socket.destroy(),
  };
}
