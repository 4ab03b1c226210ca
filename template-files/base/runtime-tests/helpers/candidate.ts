import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';
import { SAMPLE } from './service.ts';

/** The hash of the fixture's second model, as serving.yaml states it. */
export function candidateSha256(): string {
  const file = join(ROOT, dirname(SAMPLE), 'model', 'candidate.onnx');
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
