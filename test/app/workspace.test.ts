import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { surroundingNotes } from '../../bin/surrounding-notes.ts';
import { callingManager, MANAGERS, managerOf } from '../../generators/app/surroundings/package-manager.ts';
import { guardsScripts, isInstalled, surroundingsOf } from '../../generators/app/surroundings/surroundings.ts';
import { findWorkspace } from '../../generators/app/surroundings/workspace.ts';
import { type Files, folderWith, putFiles } from '../support/folder.ts';

const WORKSPACES = '{"workspaces": ["packages/*", "!packages/old"]}';
const find = (files: Files, path = 'packages/iris', env: NodeJS.ProcessEnv = {}) => {
  const root = folderWith(files);
  const found = findWorkspace(join(root, path), env);
  return found && [found.root === root, found.manager.name];
};

test.each<[string, Files, string]>([
  ['a list in package.json', { 'package.json': WORKSPACES }, 'npm'],
  ["npm's lock file", { 'package.json': WORKSPACES, 'package-lock.json': '{}' }, 'npm'],
  ["Yarn's lock file", { 'package.json': WORKSPACES, 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn'],
  [
    'the lock file of a modern Yarn',
    { 'package.json': WORKSPACES, 'yarn.lock': '__metadata:\n  version: 8\n' },
    'yarn-modern',
  ],
  [
    'what package.json declares',
    { 'package.json': '{"workspaces": {"packages": ["**"]}, "packageManager": "yarn@4.5.0"}' },
    'yarn-modern',
  ],
  ["pnpm's own file", { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: ["./packages/*/"]\n' }, 'pnpm'],
])('a workspace is found by %s', (_what, files, manager) => {
  expect(find(files)).toEqual([true, manager]);
});

test.each<[string, Files, string]>([
  ['no workspace', { 'package.json': '{}' }, 'packages/iris'],
  ['a directory that no pattern names', { 'package.json': WORKSPACES }, 'services/iris'],
  ['a directory below a member', { 'package.json': WORKSPACES }, 'packages/iris/deep'],
  ['an excluded directory', { 'package.json': WORKSPACES }, 'packages/old'],
  ['a damaged package.json', { 'package.json': '{"workspaces": [' }, 'packages/iris'],
  ['patterns that are none', { 'package.json': '{"workspaces": [7, {}]}' }, 'packages/iris'],
])('%s is none', (_what, files, path) => {
  expect(find(files, path)).toBeUndefined();
});

test('where a workspace does not tell its manager, it is the one that started the process', () => {
  const agent = (text: string) => ({ npm_config_user_agent: text });
  expect(find({ 'package.json': WORKSPACES }, undefined, agent('yarn/1.22.22 npm/? node/v24'))).toEqual([true, 'yarn']);
  expect(find({ 'package.json': WORKSPACES }, undefined, agent('yarn/4.5.0 npm/? node/v24'))).toEqual([
    true,
    'yarn-modern',
  ]);
  expect(find({ 'package.json': WORKSPACES }, undefined, agent('pnpm/9.15.0 npm/? node/v24'))).toEqual([true, 'npm']);
  expect(callingManager(agent('bun/1.1.0'))).toBeUndefined();
  expect(managerOf('pnpm@9.1.0+sha256.0')?.name).toBe('pnpm');
});

test('no manager runs install scripts, and each script is typed as its manager wants it', () => {
  for (const { install } of Object.values(MANAGERS))
    expect(install.some((word) => word === '--ignore-scripts' || word === '--mode=skip-build')).toBe(true);
  expect(MANAGERS.npm.runText('predict', "'{}'")).toBe("npm run predict -- '{}'");
  expect(MANAGERS.pnpm.runText('predict', "'{}'")).toBe("pnpm run predict '{}'");
  expect(MANAGERS.npm.run('golden', ['--write'])).toEqual(['run', '--silent', 'golden', '--', '--write']);
});

describe('what is around a directory', () => {
  it('stands alone: npm, whoever called, and that is said', () => {
    const directory = join(folderWith({}), 'iris');
    const found = surroundingsOf(directory, { npm_config_user_agent: 'pnpm/9.15.0 npm/? node/v24' });
    expect([found.workspace, found.workTree, found.manager.name]).toEqual([undefined, undefined, 'npm']);
    expect(surroundingNotes(directory, { ci: 'github' }, found)).toEqual([
      'It is installed with npm, not with pnpm: its image and its pipeline install from package-lock.json too.',
    ]);
    expect(surroundingNotes(directory, { ci: 'github' }, surroundingsOf(directory, {}))).toEqual([]);
  });

  it('is a workspace in a work tree: its scripts, its lock file and its pipeline are explained', () => {
    const root = folderWith({ 'package.json': '{"workspaces": ["packages/*"]}', '.git/HEAD': '' });
    const directory = join(root, 'packages/iris');
    const found = surroundingsOf(directory, {});
    expect(found).toMatchObject({ workTree: root, workspace: { root } });
    const [scripts, lock, pipeline] = surroundingNotes(directory, { ci: 'github' }, found);
    expect(scripts).toContain(`Write ignore-scripts=true into ${join(root, '.npmrc')}`);
    expect(lock).toContain('npm install --package-lock-only --workspaces=false (in packages/iris)');
    expect(pipeline).toContain(`Move the files to ${join(root, '.github/workflows/')}`);
    expect(pipeline).toContain("paths: ['packages/iris/**']");
    expect(surroundingNotes(directory, { ci: 'gitlab' }, found)[2]).toContain(join(root, '.gitlab-ci.yml'));
    expect(surroundingNotes(directory, { ci: 'none' }, found)).toHaveLength(2);
    putFiles(root, { '.npmrc': 'fund=false\nignore-scripts=true\n' });
    expect(guardsScripts(found.workspace as NonNullable<typeof found.workspace>)).toBe(true);
    expect(surroundingNotes(directory, { ci: 'none' }, found)).toHaveLength(1);
  });

  it("is a modern Yarn's: Plug'n'Play is named until another linker is set", () => {
    const root = folderWith({ 'package.json': '{"workspaces": ["*"], "packageManager": "yarn@4.5.0"}' });
    const notes = () => surroundingNotes(join(root, 'iris'), { ci: 'none' }, surroundingsOf(join(root, 'iris'), {}));
    expect(notes()[1]).toContain('nodeLinker: node-modules');
    putFiles(root, { '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: false\n' });
    expect(notes()).toHaveLength(1);
  });

  it('is a repository of its own where it has a .git', () => {
    const root = folderWith({ '.git/HEAD': '', 'iris/.git/HEAD': '' });
    expect(surroundingsOf(join(root, 'iris'), {}).workTree).toBeUndefined();
  });

  it('has the dependencies of a workspace installed above', () => {
    const root = folderWith({ 'packages/iris/package.json': '{}' });
    expect(isInstalled(join(root, 'packages/iris'))).toBe(false);
    mkdirSync(join(root, 'node_modules/onnxruntime-node'), { recursive: true });
    expect(isInstalled(join(root, 'packages/iris'))).toBe(true);
  });
});
