import { makeReference } from '../../../runtime/features/drift/make.ts';
import type { BatchingState } from '../../../runtime/inference/batching.ts';
import type { Answer } from '../../../runtime/inference/job.ts';
import type { Block } from '../../../runtime/inference/tensor.ts';
import { serving } from '../../helpers/serving.ts';

/** Makes a reference of five rows. @returns the rows of each request to the model */
async function requests(mode: BatchingState['mode']): Promise<number[]> {
  const asked: number[] = [];
  const predictor = {
    batching: () => ({ mode, cause: 'rows_mixed', reason: '' }) as const,
    async inferTensors(blocks: readonly Block[]): Promise<readonly Answer[]> {
      asked.push(blocks.reduce((sum, { rows }) => sum + rows, 0));
      return blocks.map(({ rows }) => ({
        outputs: [{ dims: [rows, 2], data: new Float32Array(2 * rows) }],
        firstRow: 0,
        rows,
        queuedMs: 0,
        runMs: 0,
      }));
    },
  };
  async function* batches() {
    yield [1, 2, 3, 4, 5].map((value) => [value, value]);
  }
  const { reference } = await makeReference(batches(), serving(), predictor, 'rows.csv', '.');
  expect(reference.rows).toBe(5);
  return asked;
}

test('rows of training data are predicted together only where they are independent', async () => {
  expect(await requests('on')).toEqual([5]);
  expect(await requests('off')).toEqual([1, 1, 1, 1, 1]);
});
