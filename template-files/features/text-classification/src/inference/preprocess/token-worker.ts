/**
 * Runs in a worker thread: long texts take tens of milliseconds to be cut into tokens, in which nobody else would be
 * answered.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromTokenWorker, TokenWorkerOptions, ToTokenWorker } from './token-messages.ts';
import { loadTokenizer } from './tokenizer.ts';

const { folder, file } = workerData as TokenWorkerOptions;

function say(message: FromTokenWorker): void {
  parentPort?.postMessage(message);
}

try {
  const tokenizer = await loadTokenizer(folder, file);
  parentPort?.on('message', ({ texts, maxTokens }: ToTokenWorker) => {
    try {
      say({ kind: 'done', tokens: texts.map((text) => tokenizer.encode(text, maxTokens)) });
    } catch (error) {
      say({ kind: 'failed', message: (error as Error).message });
    }
  });
  say({ kind: 'loaded', padding: tokenizer.padding });
} catch (error) {
  say({ kind: 'refused', message: (error as Error).message });
  parentPort?.close();
}
