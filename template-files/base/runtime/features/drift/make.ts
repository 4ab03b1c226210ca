import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { Answer } from '../../inference/job.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { createEncoder } from '../../inference/preprocess/encoder.ts';
import { type Block, sliceBlock } from '../../inference/tensor.ts';
import { type Collected, createCollection } from './collect.ts';
import { watchedOf } from './open.ts';
import type { Reference } from './reference.ts';

/** Rows that are in memory at a time. */
const CHUNK = 1024;
/** Nobody waits: a slow model may take its time. */
const PATIENCE_MS = 600_000;

export interface Made {
  readonly reference: Reference;
  /** The same columns for people: the features, then the outputs. */
  readonly features: readonly Collected[];
  readonly outputs: readonly Collected[];
  /** How many values serving.yaml did not expect, by column and reason. */
  readonly invalid: ReadonlyMap<string, number>;
}

/**
 * Makes a reference from instances. Every row must be one that the service would take.
 * @throws DATA_INVALID naming the row and the column
 */
export async function makeReference(
  batches: AsyncIterable<readonly unknown[]>,
  serving: Serving,
  predictor: Pick<Predictor, 'inferTensors' | 'batching'>,
  source: string,
  folder: string,
): Promise<Made> {
  const invalid = new Map<string, number>();
  const count = (feature: string, reason: string): void => {
    const key = `${feature} ${reason.replaceAll('_', ' ')}`;
    invalid.set(key, (invalid.get(key) ?? 0) + 1);
  };
  const encode = createEncoder(serving, count, folder);
  const { features, outputs } = watchedOf(serving);
  const collection = createCollection(features, outputs);
  const fetch = outputs.map(({ tensor }) => tensor);
  let rows = 0;

  async function take(instances: readonly unknown[]): Promise<void> {
    try {
      const blocks = await encode(instances);
      const deadline = performance.now() + PATIENCE_MS;
      const call = { deadline };
      const requests = predictor.batching()?.mode === 'on' ? [blocks] : blocks.flatMap(rowsOf).map((row) => [row]);
      const answers: Answer[] = [];
      for (const request of fetch.length > 0 ? requests : []) {
        answers.push(...(await predictor.inferTensors(request, fetch, call, deadline)));
      }
      collection.add(blocks, fetch, answers);
    } catch (error) {
      throw located(error, rows);
    }
    rows += instances.length;
  }

  try {
    for await (const batch of batches) {
      for (let at = 0; at < batch.length; at += CHUNK) await take(batch.slice(at, at + CHUNK));
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError('DATA_INVALID', `${source} ${error.message}`.replace(' : ', ': '), { cause: error });
  }
  if (rows === 0) throw new ServiceError('DATA_INVALID', `${source}: expected rows, found none`);
  const { version, sha256 } = serving.model;
  const found = collection.finish();
  const columns = (side: readonly Collected[]) => side.map(({ column }) => column);
  const reference: Reference = {
    apiVersion: 'ml-serving/reference-v1',
    model: { version, sha256 },
    rows,
    features: columns(found.features),
    outputs: columns(found.outputs),
  };
  return { ...found, reference, invalid };
}

/** Rows as requests of their own: their answers may depend on the rows beside them. */
function rowsOf(block: Block): Block[] {
  if (block.rows === 1) return [block];
  return Array.from({ length: block.rows }, (_, row) => sliceBlock(block, row, row + 1));
}

/** The encoder counts from the start of what it is given; people count from the start of their file, and from 1. */
function located(error: unknown, before: number): unknown {
  if (!(error instanceof ServiceError)) return error;
  const found = /^instances\[(\d+)\](?:\[\d+\] \(([^)]*)\)|\.?([^:]*))?: (.*)$/s.exec(error.message);
  if (!found)
    return new ServiceError(error.code, `rows ${before + 1} and following: ${error.message}`, { cause: error });
  const [, index, listed, named, rest] = found;
  const column = listed || named;
  return new ServiceError(error.code, `row ${before + Number(index) + 1}${column ? `, ${column}` : ''}: ${rest}`);
}
