import { parse } from 'yaml';
import type { ReadFile } from '../project/plain-files.ts';
import type { ModelStatus } from './repository-status.ts';

/** Far above any contract; what is larger was not written by a person. */
const LARGEST = 1024 * 1024;

/** The model that a repository serves, as serving.yaml names it; null where that cannot be read. */
export function modelOf(read: ReadFile): ModelStatus | null {
  try {
    const bytes = read('serving.yaml');
    if (bytes === null || bytes.length > LARGEST) return null;
    const { model } = parse(Buffer.from(bytes).toString('utf8'), { maxAliasCount: 0, logLevel: 'error' });
    const { name, version, type } = model as Record<string, unknown>;
    const texts = [name, version, type].map((value) => (typeof value === 'string' ? value : null));
    return texts.includes(null) ? null : { name: texts[0] ?? '', version: texts[1] ?? '', type: texts[2] ?? '' };
  } catch {
    return null;
  }
}
