import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { ownPackage } from '../../generators/app/package.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { folderWith } from '../support/folder.ts';
import { commit, edit, git, read } from './harness.ts';
import { type Package, packageOf } from './package.ts';

/* The jobs that bring a repository to the template version it names every week, run as they are stamped out, with a real Git remote. */

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);

function stampedOut(ci: 'github' | 'gitlab', path: string): string {
  const context = { directoryName: 'x', sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type) };
  const tree = renderTree(settleAnswers({ ci }, context), template);
  return Buffer.from(tree.get(path)?.bytes ?? '').toString('utf8');
}

interface Step {
  readonly run?: string;
}

/** The two jobs of the update: what generates the change, and what pushes it. */
const SCRIPTS = {
  github: () => {
    const { jobs } = parse(stampedOut('github', '.github/workflows/template-update.yml'));
    return [jobs.generate, jobs.push].map(({ steps }: { steps: Step[] }) =>
      steps.flatMap(({ run }) => (run === undefined ? [] : [run])).join('\n'),
    );
  },
  gitlab: () => {
    const jobs = parse(stampedOut('gitlab', '.gitlab-ci.yml'));
    return ['template-generate', 'template-update'].map((name) => (jobs[name].script as string[]).join('\n'));
  },
};

let old: Package;
let fresh: Package;
beforeAll(async () => {
  [old, fresh] = [await packageOf('1.0.0'), await packageOf('1.1.0')];
}, 60_000);

/** A clone of a pushed repository, as a runner has it, whose npx runs the newer version where its file asks for it. */
function runner() {
  const top = folderWith({ 'bin/.keep': '', 'temp/.keep': '' });
  expect(old(top, 'service', '--yes', '--no-install').status).toBe(0);
  const root = join(top, 'service');
  for (const ci of ['github', 'gitlab']) {
    mkdirSync(join(root, `.${ci}`, 'template-update'), { recursive: true });
    writeFileSync(
      join(root, `.${ci}`, 'template-update', 'package.json'),
      '{ "dependencies": { "create-ml-serving": "1.1.0" } }',
    );
  }
  commit(root, 'the version of the template was raised');
  const remote = join(top, 'remote.git');
  git(top, 'init', '-q', '--bare', remote);
  const shim = (name: string, script: string) => {
    writeFileSync(join(top, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(top, 'bin', name), 0o755);
  };
  shim(
    'npx',
    `[ "$1 $2" = "--yes create-ml-serving@1.1.0" ] || exit 9\nshift 2\nexec '${process.execPath}' '${fresh.command}' "$@"`,
  );
  shim('npm', `echo "$@" >> '${top}/npm.log'`);
  shim('gh', `echo "$@" >> '${top}/gh.log'\n[ "$1 $2" != "pr edit" ] || exit 1`);
  const run = (ci: 'github' | 'gitlab') => {
    const output = join(top, 'output');
    writeFileSync(output, '');
    const env = {
      ...process.env,
      GITHUB_OUTPUT: output,
      PATH: `${join(top, 'bin')}${delimiter}${process.env['PATH']}`,
      RUNNER_TEMP: join(top, 'temp'),
      NODE_OPTIONS: '',
      CI_SERVER_HOST: 'git.example',
      CI_PROJECT_PATH: 'team/service',
      CI_DEFAULT_BRANCH: 'main',
    };
    const token = {
      TEMPLATE_TOKEN: 'secret',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.file://${remote}.insteadOf`,
      GIT_CONFIG_VALUE_0: `https://template-update:secret@git.example/team/service.git`,
    };
    const [generate = '', push = ''] = SCRIPTS[ci]().map((script) =>
      script.replaceAll('/tmp/report.md', join(top, 'temp', 'report.md')),
    );
    const bash = (script: string, cwd: string, more: NodeJS.ProcessEnv) =>
      spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd, env: { ...env, ...more }, encoding: 'utf8' });
    const generated = bash(generate, root, {});
    if (generated.status !== 0) return generated;
    if (ci === 'github' && !readFileSync(output, 'utf8').includes('changed=true')) return generated;
    // The second job has a checkout of its own, and of the first only what it left as an artifact.
    const second = join(top, 'second');
    git(top, 'clone', '-q', '--branch', 'main', remote, second);
    git(second, 'remote', 'set-url', 'origin', remote);
    const artifact = '.template-update';
    if (existsSync(join(root, artifact))) cpSync(join(root, artifact), join(second, artifact), { recursive: true });
    return bash(push, second, token);
  };
  git(root, 'remote', 'add', 'origin', remote);
  git(remote, 'config', 'receive.advertisePushOptions', 'true');
  git(root, 'push', '-q', 'origin', 'HEAD:main');
  const log = (name: string) => (existsSync(join(top, name)) ? read(top, name) : '');
  const report = () =>
    read(top, existsSync(join(top, 'temp/template-update')) ? 'temp/template-update/report.md' : 'temp/report.md');
  return { root, remote, run, log, report };
}

const onLinux = process.platform === 'win32' ? describe.skip : describe;

onLinux.each(['github', 'gitlab'] as const)('the weekly job of %s', (ci) => {
  test('pushes a branch with the upgrade and its edits kept, the report with it', () => {
    const { root, remote, run, log, report } = runner();
    edit(root, 'README.md', 'Run it', 'Run it on Mondays');
    commit(root, 'ours');
    git(root, 'push', '-q', 'origin', 'HEAD:main');
    const { status, stderr } = run(ci);
    expect(status === 0 ? '' : stderr).toBe('');
    const shown = (path: string) => git(remote, 'show', `template-update:${path}`);
    expect(shown('package.json')).toContain('"templateVersion": "1.1.0"');
    expect(shown('README.md')).toContain('Run it on Mondays');
    expect(shown('src/metrics.mjs')).toContain('count');
    expect(report()).toMatch(/^## Template 1\.0\.0 → 1\.1\.0\n\n\*\*Rollout: online\*\*/);
    expect(log('npm.log')).toBe('install --package-lock-only --ignore-scripts --no-audit --no-fund\n');
    if (ci === 'github') expect(log('gh.log')).toMatch(/pr create --head template-update .*--body-file/);
    else expect(git(remote, 'log', '-1', '--format=%b', 'template-update')).toContain('Rollout: online');
  }, 60_000);

  test('pushes conflicts too, for people to resolve in the branch', () => {
    const { root, remote, run, report } = runner();
    edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
    commit(root, 'ours');
    git(root, 'push', '-q', 'origin', 'HEAD:main');
    expect(run(ci).status).toBe(0);
    expect(report()).toContain('### Conflicts to resolve\n\n- `src/app.mjs`');
    expect(git(remote, 'show', 'template-update:src/app.mjs')).toContain('<<<<<<< yours');
    expect(JSON.parse(git(remote, 'show', 'template-update:.ml-serving/conflicts.json'))).toMatchObject({
      to: '1.1.0',
    });
  }, 60_000);

  test('does nothing where there is nothing to bring', () => {
    const { root, remote, run, log } = runner();
    expect(fresh(root, 'regenerate').status).toBe(0);
    commit(root, 'by hand');
    git(root, 'push', '-q', 'origin', 'HEAD:main');
    const { status, stdout } = run(ci);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Up to date.')]);
    expect(git(remote, 'branch', '--format=%(refname:short)').trim()).toBe('main');
    expect(log('gh.log') + log('npm.log')).toBe('');
  }, 60_000);
});
