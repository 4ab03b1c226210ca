import { connect } from 'node:net';

/** A connection that sends bytes as they are and reads answers, which fetch and node:http would not let a client do. */

/** No answer within this is a service that hangs. A guard, on any machine. */
const PATIENCE_MS = 60_000;
const END = Buffer.from('\r\n\r\n');

export function createClient(port) {
  let socket;

  function open() {
    if (socket && !socket.destroyed && socket.writable && !socket.readableEnded) return socket;
    socket = connect({ port, host: '127.0.0.1' });
    socket.setNoDelay(true);
    socket.on('error', () => {});
    return socket;
  }

  function forget() {
    socket?.destroy();
    socket = undefined;
  }

  /** @returns the status and the body; status 0 where the connection was closed without an answer, -1 where none came in time */
  function exchange(request) {
    if (request.alone) forget();
    const used = open();
    return new Promise((resolve) => {
      let received = Buffer.alloc(0);
      const timer = setTimeout(() => done(-1, received), PATIENCE_MS);
      const done = (status, body, last = true) => {
        clearTimeout(timer);
        used.off('data', data).off('close', closed).off('end', closed);
        if (last) forget();
        resolve({ status, body });
      };
      const data = (piece) => {
        received = received.length === 0 ? piece : Buffer.concat([received, piece]);
        const answer = readAnswer(received, request.head);
        if (answer) done(answer.status, answer.body, request.alone || answer.last);
      };
      const closed = () => done(0, received);
      used.on('data', data).on('close', closed).on('end', closed);
      void write(used, request);
    });
  }

  return { exchange, close: forget };
}

async function write(socket, { bytes, pieces = [], alone }) {
  let from = 0;
  for (const at of pieces) {
    if (at > from) socket.write(bytes.subarray(from, at));
    from = Math.max(from, at);
    // Pieces that arrive one by one.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (socket.destroyed) return;
  if (alone) socket.end(bytes.subarray(from));
  else socket.write(bytes.subarray(from));
}

/** The first answer that is complete, past those that only say "go on". */
function readAnswer(received, head) {
  let at = 0;
  for (;;) {
    const end = received.indexOf(END, at);
    if (end < 0) return undefined;
    const lines = received.toString('latin1', at, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(lines)?.[1] ?? Number.NaN);
    at = end + END.length;
    if (status < 200) continue;
    const length =
      head || status === 204 || status === 304 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(lines)?.[1] ?? 0);
    if (received.length < at + length) return undefined;
    return { status, body: received.subarray(at, at + length), last: /\r\nconnection: close/i.test(lines) };
  }
}
