import { stringify } from 'yaml';
import { ServingError } from '../errors.ts';
import type { Lock } from '../questions/locks.ts';
import { isPattern } from '../questions/pattern.ts';
import type { Problem } from '../questions/problem.ts';
import type { Answers } from '../questions/questions.ts';
import { parseWritten } from '../questions/written-file.ts';
import { parseGoverned } from './governed-answers.ts';
import type { Policy } from './policy.ts';
import { PRESET_NAME } from './preset.ts';

/** The comment above the recorded policy. */
export const POLICY_HEADER = `# The policy that this repository is under: answers that cannot be changed, and who fixes them. To bring another policy:
#   npx create-ml-serving regenerate --preset FILE      (none to leave it)
`;

/** What the record of a repository keeps of its policy. Defaults are not kept: they have become answers. */
export function formatPolicy({ presets, locks }: Policy): Uint8Array {
  const written = Object.entries(locks).map(([key, { value, by }]) => [
    key,
    { value: isPattern(value) ? value.pattern : value, by },
  ]);
  return Buffer.from(POLICY_HEADER + stringify({ presets, locks: Object.fromEntries(written) }, { lineWidth: 0 }));
}

/**
 * Reads it again, as the untrusted input that it is.
 * @throws RECORD_DAMAGED
 */
export function parsePolicy(text: string, file: string): Policy {
  const { data, refuse } = parseWritten(text, file, file, damagedPolicy);
  const presets = namesIn(data['presets']);
  const entries = entriesOf(data['locks'] ?? {});
  const values = Object.fromEntries(entries.map(([key, lock]) => [key, (lock as Partial<Lock> | null)?.value]));
  const answers = parseGoverned(values);
  const problems: Problem[] = [
    ...(presets === undefined ? [{ path: ['presets'], message: 'expected a list of names' }] : []),
    ...entries.flatMap(([key, lock]) =>
      isLock(lock) ? [] : [{ path: ['locks', key], message: 'expected a value, and by whom' }],
    ),
    ...('problems' in answers ? answers.problems.map((one) => ({ ...one, path: ['locks', ...one.path] })) : []),
  ];
  if (problems.length > 0 || presets === undefined || 'problems' in answers) throw refuse(problems);
  const locks = entries.map(([key, lock]) => [
    key,
    { value: answers.value[key as keyof Answers], by: (lock as Lock).by },
  ]);
  return { presets, defaults: {}, locks: Object.fromEntries(locks) };
}

function namesIn(value: unknown): string[] | undefined {
  const isNames = Array.isArray(value) && value.length > 0 && value.every(isName);
  return isNames ? value : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && PRESET_NAME.test(value);
}

function isLock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'value' in value && isName((value as Lock).by);
}

/** No map has no locks that could be read: each of its entries would be none. */
function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [['', value]];
}

/** A record whose policy cannot be told. */
export function damagedPolicy(message: string): ServingError {
  const hint =
    'Restore the folder .ml-serving from Git, or give the policy again: regenerate --preset FILE (none to leave it).';
  return new ServingError('RECORD_DAMAGED', message, { hint });
}
