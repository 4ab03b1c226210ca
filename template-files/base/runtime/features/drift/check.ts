import type { Config } from '../../config.ts';
import { readReferenceText } from './file.ts';
import { openReference } from './open.ts';

/** Whether the reference is the model's. @throws REFERENCE_INVALID */
export function checkReference(config: Config): readonly string[] {
  const { refused, stale } = openReference(() => readReferenceText(config), config.serving);
  // After every release the reference is the model's before: that is no reason to stop, and is reported.
  if (refused && !stale) throw refused;
  return refused ? [`Drift is not watched: ${refused.message}`] : [];
}
