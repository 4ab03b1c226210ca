import { join } from 'node:path';
import { temporaryFolder } from '../../support/folder.ts';
import { cli } from '../../support/run.ts';

/** Text that breaks a file it is not quoted for. */
export const HOSTILE = `Says "hi", 'x': $HOME \${X} \\ #1 {{ }} & <b>`;

/** Every artefact that no other answer excludes. */
export const EVERYTHING = ['features=all', 'rollout=canary'];

interface Case {
  readonly ci: 'github' | 'gitlab' | 'none';
  readonly sets: readonly string[];
}

/** Every choice of an answer that changes a delivery artefact. */
export const CASES: Readonly<Record<string, Case>> = {
  defaults: { ci: 'github', sets: [] },
  everything: { ci: 'github', sets: EVERYTHING },
  'no feature, Node 22, own registry': {
    ci: 'github',
    sets: [
      'ci=github',
      'features=none',
      'node=22',
      'registry=localhost:5000/a/b',
      `description=${HOSTILE}`,
      `contact=${HOSTILE}`,
      'modelVersion=2.1.0-rc.1+build.7',
    ],
  },
  'github, Node 20, Docker Hub, an Ingress, Arm': {
    ci: 'github',
    sets: [
      'ci=github',
      'node=20',
      'registry=ml-team',
      'exposure=ingress',
      'platforms=arm64',
      'host=my.model.example',
      'ingressClass=nginx',
      'certificateIssuer=letsencrypt',
      'monitoringLabel=team.example/prometheus=main',
      'modelSource=storage',
      'features=all',
    ],
  },
  'gitlab, both platforms, a Gateway, canary': {
    ci: 'gitlab',
    sets: ['ci=gitlab', 'exposure=gateway', 'gateway=edge/outside', 'platforms=amd64,arm64', ...EVERYTHING],
  },
  'gitlab, Node 20, own registry': {
    ci: 'gitlab',
    sets: ['ci=gitlab', 'node=20', 'registry=harbor.example.com/ml', `description=${HOSTILE}`],
  },
  'gitlab, Node 22, Docker Hub, Arm, its own namespace': {
    ci: 'gitlab',
    sets: [
      'ci=gitlab',
      'node=22',
      'registry=ml-team',
      'platforms=arm64',
      'namespace=scoring',
      'cpu=1500m',
      'memory=2Gi',
    ],
  },
  'no pipeline': { ci: 'none', sets: ['ci=none'] },
};

const stamped = new Map<string, Promise<string>>();
const folder = temporaryFolder();

/** Stamps a repository out, once for the same answers; `name` is also its folder's name. */
export function stamp(sets: readonly string[], name = 'my-model'): Promise<string> {
  const key = JSON.stringify([sets, name]);
  const known = stamped.get(key);
  if (known) return known;
  const made = stampAnew(sets, join(folder, String(stamped.size)), name);
  stamped.set(key, made);
  return made;
}

/** Stamps a repository out into a folder of its own, with the features that users get unless the answers say otherwise. */
export async function stampAnew(sets: readonly string[], parent: string, name = 'my-model'): Promise<string> {
  const directory = join(parent, name);
  const args = sets.flatMap((set) => ['--set', set]);
  const { code, stderr } = await cli([directory, '--yes', '--no-install', ...args]);
  if (code !== 0) throw new Error(`stamping out ${sets.join(' ')} ended with ${code}:\n${stderr}`);
  return directory;
}
