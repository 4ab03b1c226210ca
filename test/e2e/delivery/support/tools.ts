import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/packed.ts';

/** The same rule as in scripts/ci/install-tools.sh. */
const folder =
  process.env['ML_SERVING_TOOLS'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'create-ml-serving', 'tools');

const places = [
  join(folder, 'bin'),
  join(repositoryRoot, 'scripts', 'ci', 'tools', 'node_modules', '.bin'),
  '/usr/sbin',
  '/usr/bin',
];

/** Packages with the types of Kubernetes' custom resources. */
export const toolModules = join(repositoryRoot, 'scripts', 'ci', 'tools', 'node_modules');

/** The JSON Schemas of Kubernetes' own kinds, strict, for kubeconform. */
export const kubernetesSchemas = join(folder, 'kubernetes-1.37.0');

/** Where a program lies. A missing one fails the test: a check that is skipped proves nothing. */
export function tool(name: string): string {
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is not installed; run: bash scripts/ci/install-tools.sh`);
  return found;
}

/** An environment in which the programs find each other (actionlint runs shellcheck). */
export function toolEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [...places, process.env['PATH']].join(':') };
}
