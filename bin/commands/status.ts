import type { RepositoryStatus, State } from '../../generators/fleet/repository-status.ts';
import { statusOf } from '../../generators/fleet/status-of.ts';
import { parseFailOn } from '../../generators/regenerate/findings.ts';
import { ownSource } from '../../generators/regenerate/source.ts';
import { readPolicy } from '../read-policy.ts';
import { statusTable } from './status-text.ts';

/**
 * `create-ml-serving status <directory>...`: where a fleet stands.
 * @returns the exit code: 1 where a repository could not be judged, or where none was named; 2 where one has what `--fail-on` names,
 * which is nothing where it is left out
 * @throws USAGE
 */
export function status(
  directories: readonly string[],
  { json, preset, failOn }: { json: boolean; preset: readonly string[]; failOn?: string },
  out: { write(text: string): unknown },
): number {
  const words = failOn === undefined ? [] : parseFailOn(failOn);
  const source = ownSource();
  // One after the other: of each only its few words are kept.
  const policy = readPolicy(preset);
  const fleet = directories.map((directory) => statusOf(directory, source, { policy }));
  const { version } = source.template;
  out.write(json ? `${JSON.stringify(toJson(fleet, version), null, 2)}\n` : statusTable(fleet, version));
  const isOurs = ({ state }: RepositoryStatus) => state !== 'foreign';
  if (fleet.some(({ state }) => state === 'failed') || !fleet.some(isOurs)) return 1;
  return fleet.some(({ found }) => found.some((one) => words.includes(one))) ? 2 : 0;
}

function toJson(fleet: readonly RepositoryStatus[], templateVersion: string): object {
  const states: Partial<Record<State, number>> = {};
  for (const { state } of fleet) states[state] = (states[state] ?? 0) + 1;
  return { templateVersion, states, repositories: fleet };
}
