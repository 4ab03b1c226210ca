import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../errors.ts';
import { compiledPath } from '../../root.ts';
import { refusalOf, type Waiter } from '../limits/capacity.ts';
import type { Bound, FromTokenWorker, TokenWorkerOptions, ToTokenWorker } from './token-messages.ts';
import type { NoTokens, Texts, TokenizerSettings, Tokens } from './tokenizer.ts';

const WORKER_PATH = compiledPath('inference/preprocess/token-worker');

/** Texts go to the thread in portions of about so many characters, so that a long request lets short ones pass. */
const PORTION = 16_384;

export interface TokenThread {
  readonly settings: TokenizerSettings;
  /** Rejects with TIMEOUT or CLIENT_GONE as soon as a portion of texts would be cut for nothing. */
  encode(texts: readonly Texts[], bound: Bound, waiter: Waiter): Promise<readonly (Tokens | NoTokens)[]>;
}

interface Waiting {
  readonly texts: readonly Texts[];
  readonly bound: Bound;
  readonly waiter: Waiter;
  readonly found: (Tokens | NoTokens)[];
  readonly resolve: (tokens: readonly (Tokens | NoTokens)[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts the thread that cuts texts into tokens. Rejects with CONFIG_INVALID where the tokenizer cannot be used.
 * @param maxQueue requests that may wait; one more gets QUEUE_FULL
 */
export async function startTokenThread(options: TokenWorkerOptions, maxQueue: number): Promise<TokenThread> {
  let { worker, settings } = await start(options);
  const queue: Waiting[] = [];
  let running: { request: Waiting; count: number } | undefined;

  function listen(): void {
    worker.on('message', finish);
    worker.once('error', (error) => lose(error.message));
    worker.once('exit', () => lose('it ended'));
    // The thread has nothing of its own to finish: it keeps no process alive. A listener would, so this comes after them.
    worker.unref();
  }

  function pump(): void {
    while (running === undefined && queue.length > 0) {
      const request = queue.shift() as Waiting;
      const refused = refusalOf(request.waiter);
      if (refused) {
        request.reject(refused);
        continue;
      }
      const texts = portion(request);
      running = { request, count: texts.length };
      worker.postMessage({ texts, ...request.bound } satisfies ToTokenWorker);
    }
  }

  function finish(message: FromTokenWorker): void {
    const { request } = running as { request: Waiting };
    running = undefined;
    if (message.kind === 'done') {
      request.found.push(...message.tokens);
      if (request.found.length === request.texts.length) request.resolve(request.found);
      else queue.push(request);
    } else request.reject(failure((message as { message: string }).message));
    pump();
  }

  /** A text that the thread died of is not tried again; the others go to a new one. */
  function lose(reason: string): void {
    worker.removeAllListeners();
    running?.request.reject(failure(reason));
    running = undefined;
    start(options).then(
      (fresh) => {
        worker = fresh.worker;
        listen();
        pump();
      },
      (error) => {
        for (const request of queue.splice(0)) request.reject(error);
      },
    );
  }

  listen();
  return {
    settings,
    encode(texts, bound, waiter) {
      if (queue.length >= maxQueue) {
        throw new ServiceError('QUEUE_FULL', `${queue.length} requests are waiting already; try again later`);
      }
      return new Promise((resolve, reject) => {
        queue.push({ texts, bound, waiter, found: [], resolve, reject });
        pump();
      });
    },
  };
}

/** The next texts of a request; one at least. */
function portion({ texts, found }: Waiting): Texts[] {
  const chosen: Texts[] = [];
  let characters = 0;
  for (let at = found.length; at < texts.length && characters < PORTION; at++) {
    const next = texts[at] as Texts;
    chosen.push(next);
    characters += charactersOf(next);
  }
  return chosen;
}

export function charactersOf([text, pair = '']: Texts): number {
  return text.length + pair.length;
}

async function start(options: TokenWorkerOptions): Promise<{ worker: Worker; settings: TokenizerSettings }> {
  const worker = new Worker(WORKER_PATH, { workerData: options });
  const [message] = (await once(worker, 'message')) as [FromTokenWorker];
  if (message.kind === 'loaded') return { worker, settings: message.settings };
  throw new ServiceError('CONFIG_INVALID', 'message' in message ? message.message : 'the tokenizer cannot be used');
}

function failure(reason: string): ServiceError {
  return new ServiceError('INFERENCE_FAILED', 'the text could not be cut into tokens; the log has the reason', {
    cause: reason,
  });
}
