/**
 * Runs in a worker thread: a tokenizer takes up to a second to be loaded, and the ids of long texts tens of milliseconds to be
 * fetched, in which no other client would get an answer.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromTokenWorker, TokenWorkerOptions, ToTokenWorker } from './token-messages.ts';
import { loadTokenizer, type NoTokens, type TextTokenizer, type Tokens } from './tokenizer.ts';

const { folder, file } = workerData as TokenWorkerOptions;

function say(message: FromTokenWorker): void {
  parentPort?.postMessage(message);
}

async function encode(tokenizer: TextTokenizer, { texts, maxTokens, isCut }: ToTokenWorker): Promise<void> {
  const tokens: (Tokens | NoTokens)[] = [];
  try {
    for (const one of texts) tokens.push(await tokenizer.encode(one, maxTokens, isCut));
    say({ kind: 'done', tokens });
  } catch (error) {
    say({ kind: 'failed', message: (error as Error).message });
  }
}

try {
  const tokenizer = await loadTokenizer(folder, file);
  parentPort?.on('message', (message: ToTokenWorker) => encode(tokenizer, message));
  say({ kind: 'loaded', settings: tokenizer.settings });
} catch (error) {
  say({ kind: 'refused', message: (error as Error).message });
  parentPort?.close();
}
