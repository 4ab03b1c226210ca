import type { IncomingMessage } from 'node:http';
import { type Callbacks, notify, promised } from '../callbacks.ts';
import type { Limits } from '../contract/serving.ts';
import { describe, ServiceError } from '../errors.ts';
import type { BodyCopy } from './body-copy.ts';
import { BufferedRequest } from './buffered-request.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Incoming } from './exchange.ts';
import { type BodySink, Message } from './message.ts';
import { isEncoding, type Refusal, unpack } from './unpack.ts';

/** Reads a request's body, decompressed, of at most `limit` bytes before and after; `limits.maxBodyBytes` where none is given. */
export interface BodyReader {
  readonly read: (req: Incoming, limit?: number) => Promise<Buffer>;
  /** The same, told in the turn in which the last piece comes. */
  readonly receive: (req: Incoming, callbacks: Callbacks<Buffer>, limit?: number) => void;
}

/** @param budget one for the service, so that slow bodies cannot add up */
export function createBodyReader({ maxBodyBytes }: Pick<Limits, 'maxBodyBytes'>, budget: ByteBudget): BodyReader {
  function collect(req: IncomingMessage, callbacks: Callbacks<Buffer>, limit: number): void {
    const declared = Number(req.headers['content-length'] ?? 0);
    if (req.destroyed) {
      callbacks.failed(clientGone());
      return;
    }
    if (declared > limit) {
      callbacks.failed(tooLarge(limit, maxBodyBytes));
      return;
    }
    let chunks: Buffer[] = [];
    let size = 0;
    let open = true;
    const close = (): void => {
      open = false;
      budget.give(size);
      chunks = [];
    };
    const refuse = (error: ServiceError): void => {
      if (!open) return;
      close();
      stop();
      // The rest is read and thrown away, so that the connection stays good for the next request.
      req.resume();
      callbacks.failed(error);
    };
    const finish = (): void => {
      if (!open) return;
      // Most bodies come in one piece.
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      close();
      notify(callbacks, body);
    };
    const data = (chunk: Buffer): void => {
      if (size + chunk.length > limit) refuse(tooLarge(limit, maxBodyBytes));
      else if (!budget.take(chunk.length)) refuse(uploadsFull());
      else {
        size += chunk.length;
        chunks.push(chunk);
        if (size === declared) finish();
      }
    };
    const failed = (error: Error | null): void => {
      refuse(clientGone(error));
    };
    const stop = listen(req, { data, end: finish, failed });
  }

  /** The same limits for a body that is there already. */
  function useBuffered({ socket, body }: BufferedRequest, callbacks: Callbacks<Buffer>, limit: number): void {
    if (socket.destroyed) callbacks.failed(clientGone());
    else if (body.length > limit) callbacks.failed(tooLarge(limit, maxBodyBytes));
    else if (!budget.has(body.length)) callbacks.failed(uploadsFull());
    else notify(callbacks, body);
  }

  /** The bytes that came, whatever middleware has done with the stream. */
  function useCopy(req: Message, copy: BodyCopy, callbacks: Callbacks<Buffer>, limit: number): void {
    copy.receive({
      done(body) {
        if (body.length > limit) callbacks.failed(tooLarge(limit, maxBodyBytes));
        else notify(callbacks, body);
      },
      failed(reason, cause) {
        callbacks.failed(
          reason === 'too_large'
            ? tooLarge(maxBodyBytes, maxBodyBytes)
            : reason === 'budget_full'
              ? uploadsFull()
              : clientGone(cause),
        );
      },
    });
    // Middleware that stopped in the middle has left the stream paused.
    req.resume();
  }

  async function collectPacked(req: IncomingMessage, encoding: string, limit: number): Promise<Buffer> {
    if (!isEncoding(encoding)) {
      throw new ServiceError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Content-Encoding: expected gzip, deflate or br, found ${describe(encoding)}`,
      );
    }
    const packed = await promised<Buffer>((callbacks) => receivePlain(req, callbacks, limit));
    const refusals: Readonly<Record<Refusal, () => ServiceError>> = {
      too_large: () => tooLarge(limit, maxBodyBytes),
      budget_full: uploadsFull,
      client_gone: clientGone,
    };
    return unpack(packed, { encoding, limit, budget, client: req.socket }, (reason) => refusals[reason]());
  }

  function receivePlain(req: IncomingMessage, callbacks: Callbacks<Buffer>, limit: number): void {
    if (req instanceof Message && req.copy) useCopy(req, req.copy, callbacks, limit);
    else if (req.readableEnded) callbacks.failed(alreadyRead());
    else collect(req, callbacks, limit);
  }

  function receive(req: Incoming, callbacks: Callbacks<Buffer>, limit = maxBodyBytes): void {
    if (req instanceof BufferedRequest) {
      useBuffered(req, callbacks, limit);
      return;
    }
    const encoding = req.headers['content-encoding']?.toLowerCase();
    if (encoding === undefined || encoding === 'identity') receivePlain(req, callbacks, limit);
    else collectPacked(req, encoding, limit).then((body) => notify(callbacks, body), callbacks.failed);
  }

  return {
    receive,
    read: (req, limit) => promised((callbacks) => receive(req, callbacks, limit)),
  };
}

/** @returns what ends it */
function listen(req: IncomingMessage, sink: BodySink): () => void {
  if (req instanceof Message && req.handTo(sink)) return () => req.handBack();
  req.on('data', sink.data);
  req.on('end', sink.end);
  req.on('error', sink.failed);
  return () => req.off('data', sink.data);
}

/** True for JSON's media types, and where a client names none. */
export function isJson(type: string | undefined): boolean {
  if (type === undefined || type === 'application/json') return true;
  const essence = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return essence === 'application/json' || essence.endsWith('+json');
}

function clientGone(cause?: Error | null): ServiceError {
  return new ServiceError('CLIENT_GONE', 'the client closed the connection', { cause });
}

/** Only of a request that src/app.ts has sent to another route than its URL named at first. */
function alreadyRead(): Error {
  return new Error('src/app.ts has read the body of a request before it changed its URL: change the URL first');
}

function uploadsFull(): ServiceError {
  return new ServiceError('UPLOADS_FULL', 'too many bytes are being received at the same time; try again later');
}

/** Some routes have a limit of their own, which no setting changes. */
function tooLarge(limit: number, maxBodyBytes: number): ServiceError {
  const setting = limit === maxBodyBytes ? ' (limits.maxBodyBytes)' : '';
  return new ServiceError('PAYLOAD_TOO_LARGE', `the body is larger than ${limit} bytes${setting}`);
}
