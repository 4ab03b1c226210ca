import type { RepositoryStatus, State } from '../../generators/fleet/repository-status.ts';
import { statusOf } from '../../generators/fleet/status-of.ts';
import { ownSource } from '../../generators/regenerate/source.ts';
import { readPolicy } from '../read-policy.ts';
import { statusTable } from './status-text.ts';

/**
 * `create-ml-serving status <directory>...`: where a fleet stands.
 * @returns the exit code: 1 where a repository could not be judged, or where none was named; what there is to do in the
 * others is no failure
 */
export function status(
  directories: readonly string[],
  { json, preset }: { json: boolean; preset: readonly string[] },
  out: { write(text: string): unknown },
): number {
  const source = ownSource();
  // One after the other: of each only its few words are kept.
  const policy = readPolicy(preset);
  const fleet = directories.map((directory) => statusOf(directory, source, { policy }));
  const { version } = source.template;
  out.write(json ? `${JSON.stringify(toJson(fleet, version), null, 2)}\n` : statusTable(fleet, version));
  const isOurs = ({ state }: RepositoryStatus) => state !== 'foreign';
  return fleet.some(({ state }) => state === 'failed') || !fleet.some(isOurs) ? 1 : 0;
}

function toJson(fleet: readonly RepositoryStatus[], templateVersion: string): object {
  const states: Partial<Record<State, number>> = {};
  for (const { state } of fleet) states[state] = (states[state] ?? 0) + 1;
  return { templateVersion, states, repositories: fleet };
}
