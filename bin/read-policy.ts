import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ServingError } from '../generators/errors.ts';
import { mergePresets, NO_POLICY, type Policy } from '../generators/policy/policy.ts';
import { type Preset, parsePreset } from '../generators/policy/preset.ts';
import { MAX_WRITTEN_BYTES } from '../generators/questions/written-file.ts';
import { readLimited } from './read-limited.ts';

/** Instead of a file: no policy. */
const NONE = 'none';
/** Company, division, team and project are four; more than this is a mistake. */
const MAX_CHAIN = 10;

/**
 * The policy of the presets that are named, each with those that it extends in front of it; the broadest comes first.
 * @returns undefined where none is named
 * @throws PRESET_UNREADABLE, PRESET_INVALID
 */
export function readPolicy(files: readonly string[]): Policy | undefined {
  if (files.length === 0) return undefined;
  if (files.includes(NONE)) {
    if (files.length === 1) return NO_POLICY;
    throw new ServingError('USAGE', `--preset ${NONE} leaves every policy; no other preset goes with it.`);
  }
  const chain = new Map<string, Preset>();
  for (const file of files) {
    // One that two of them extend counts once, where it came first.
    for (const [path, preset] of chainOf(file)) if (!chain.has(path)) chain.set(path, preset);
  }
  return mergePresets([...chain.values()]);
}

function chainOf(file: string): [path: string, preset: Preset][] {
  const chain: [string, Preset][] = [];
  for (let next: string | undefined = file, by = ''; next !== undefined; ) {
    const path = placeOf(next);
    if (chain.some(([known]) => known === path)) throw endless(`${by} extends ${next}, which extends it again.`);
    if (chain.length === MAX_CHAIN) throw endless(`${file} builds on more than ${MAX_CHAIN - 1} others.`);
    const preset: Preset = read(next, by);
    chain.unshift([path, preset]);
    by = next;
    next = preset.extends && (isAbsolute(preset.extends) ? preset.extends : join(dirname(next), preset.extends));
  }
  return chain;
}

/** The same file by other ways is the same preset. One that is not there is told when it is read. */
function placeOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : resolve(file);
}

function read(file: string, by: string): Preset {
  try {
    return parsePreset(readLimited(file, MAX_WRITTEN_BYTES), file);
  } catch (cause) {
    if (cause instanceof ServingError) throw cause;
    const named = by === '' ? '' : `, which ${by} extends,`;
    throw new ServingError(
      'PRESET_UNREADABLE',
      `The preset ${file}${named} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function endless(message: string): ServingError {
  return new ServingError('PRESET_INVALID', message);
}
