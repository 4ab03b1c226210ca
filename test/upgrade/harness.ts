import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planRepository } from '../../generators/app/plan.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import type { Migration } from '../../generators/migrations/migration.ts';
import { NO_POLICY, type Policy } from '../../generators/policy/policy.ts';
import type { GivenAnswers } from '../../generators/questions/answers.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject, type Wishes } from '../../generators/regenerate/open-project.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import type { UpgradeSource } from '../../generators/regenerate/source.ts';
import { prepareUpgrade, type Upgrade } from '../../generators/regenerate/upgrade.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { folderWith } from '../support/folder.ts';

/** What the versions after 1.0.0 bring beyond the contents of files. */
export const migrations: readonly Migration[] = [
  {
    version: '2.0.0',
    moves: [
      { from: 'src/old/', to: 'src/lib/' },
      { from: 'src/limits.mjs', to: 'src/limits/index.mjs' },
      { from: 'scripts/', to: 'tools/' },
      { from: 'docs/updating.md', to: 'docs/UPDATING.md' },
    ],
    answers: (answers) => ({
      ...answers,
      registry: String(answers['registry']).replace('ghcr.io', 'registry.example'),
    }),
    files: {
      'serving.yaml': (text) =>
        text.replace('ml-serving/v1', 'ml-serving/v2').replace(/^( *)intraOpThreads:/m, '$1threads:'),
    },
  },
  { version: '1.1.0' },
];

const changelog = `# Changelog

## 2.0.0

### What changes in your repository

- \`src/old\` is \`src/lib\`.

### What changes in the generator

- Nothing.

## 1.1.0

### What changes in your repository

- Metrics.

## 1.0.0

- First.
`;

export function sourceOf(version: string, given = migrations): UpgradeSource {
  const folder = join(import.meta.dirname, 'templates', version);
  return { template: loadTemplate(folder, version), migrations: given, changelog };
}

/** Stamps a version out into a new folder below a temporary one, with or without Git. */
export function stampOut(
  version: string,
  options: { git?: boolean; folder?: string; given?: GivenAnswers; policy?: Policy } = {},
): string {
  const { git: withGit = true, folder = 'iris-service', given = {}, policy = NO_POLICY } = options;
  const top = folderWith({});
  const root = join(top, folder);
  const { template } = sourceOf(version);
  const context = {
    directoryName: 'iris-service',
    locks: policy.locks,
    sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type),
  };
  const { files } = planRepository(settleAnswers(given, context), { template, policy });
  for (const { path, bytes, mode } of files) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), bytesOf(bytes), { mode });
  }
  if (withGit) {
    git(root, 'init', '-q', '-b', 'main');
    commit(root, 'stamp out');
  }
  return root;
}

export function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgSign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

export function commit(root: string, message: string): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--no-verify', '-m', message);
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Changes a file by replacing a part of it that must be there. */
export function edit(root: string, path: string, from: string, to: string): void {
  const text = read(root, path);
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  writeFileSync(join(root, path), text.replace(from, to));
}

export function remove(root: string, path: string): void {
  rmSync(join(root, path), { recursive: true });
}

export function prepare(
  root: string,
  version: string,
  options: Wishes & { migrations?: readonly Migration[] } = {},
): Upgrade {
  const project = openProject(root, sourceOf(version, options.migrations), options);
  return prepareUpgrade(project, settleAnswers(project.given, project.context));
}

/** Plans and applies, as the command does. */
export async function upgrade(
  root: string,
  version: string,
  options: Wishes & { allowDirty?: boolean; verify?: boolean } = {},
): Promise<Upgrade> {
  const prepared = prepare(root, version, options);
  const { allowDirty = false, verify = false } = options;
  await runUpgrade(prepared, { allowDirty, verify, disk: nodeDisk, tell: () => {} });
  return prepared;
}

/** Runs the repository's own tests. */
export function ownTestsPass(root: string): boolean {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '' };
  const { status, stdout } = spawnSync(process.execPath, ['--test'], { cwd: root, encoding: 'utf8', env });
  if (status !== 0) process.stderr.write(stdout);
  return status === 0;
}
