import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { problemsError } from '../contract/problem.ts';
import type { ModelSpec } from '../contract/serving.ts';

/** Makes sure that the file is the one that was released. */
export async function checkModelHash(path: string, model: ModelSpec): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found === model.sha256) return;
  throw problemsError('MODEL_MISMATCH', 'serving.yaml', [
    {
      field: 'model.sha256',
      expected: `${found}, the hash of ${model.file}`,
      found: model.sha256,
      mend: 'If the new file is the one to release, write its hash and a new version; else restore the file.',
    },
  ]);
}
