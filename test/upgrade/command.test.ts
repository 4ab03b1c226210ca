import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, git, read } from './harness.ts';
import { type Package, packageOf, stampedOutBy } from './package.ts';

let old: Package;
let fresh: Package;

beforeAll(async () => {
  [old, fresh] = [await packageOf('1.0.0'), await packageOf('1.1.0')];
}, 60_000);

const repository = () => stampedOutBy(old);

describe('create-ml-serving regenerate', () => {
  it('ends with 0 where there is nothing to do', () => {
    const root = repository();
    const before = snapshot(root);
    expect(old(root, 'regenerate', '--check')).toMatchObject({
      status: 0,
      stdout: 'Up to date: template 1.0.0\n',
      stderr: '',
    });
    expect(old(root, 'regenerate')).toMatchObject({ status: 0, stdout: 'Up to date: template 1.0.0\n' });
    expect(snapshot(root)).toEqual(before);
  });

  it('finds an update with --check and drift of managed files, ends with 2 and writes nothing', () => {
    const root = repository();
    const before = snapshot(root);
    const { status, stdout } = fresh(root, 'regenerate', '--check');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^Template 1\.0\.0 → 1\.1\.0\n/);
    expect(stdout).toMatch(/delete {3}src\/legacy\.mjs/);
    expect(snapshot(root)).toEqual(before);
    edit(root, 'src/limits.mjs', '1024', '10');
    const drifted = old(root, 'regenerate', '--check');
    expect(drifted).toMatchObject({ status: 2, stdout: expect.stringContaining('src/limits.mjs') });
  });

  it('finds a damaged record with --check, and mends it', () => {
    const root = repository();
    writeFileSync(join(root, '.ml-serving/base.json.gz'), 'x\n');
    commit(root, 'damaged');
    expect(old(root, 'regenerate', '--check')).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(
        /^Record: \.ml-serving\/base\.json\.gz is damaged: it is no gzip file; restore it with git checkout/m,
      ),
    });
    expect(old(root, 'regenerate').status).toBe(0);
    expect(old(root, 'regenerate', '--check').status).toBe(0);
  });

  it('shows a plan with --dry-run and a diff that Git can apply with --diff', () => {
    const root = repository();
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    commit(root, 'work');
    const before = snapshot(root);
    expect(fresh(root, 'regenerate', '--dry-run')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/merge {4}src\/app\.mjs/),
    });
    const { status, stdout } = fresh(root, 'regenerate', '--diff');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^diff --git a\/\.github/);
    expect(snapshot(root)).toEqual(before);
    const text = stdout.split(/^(?=diff --git)/m).filter((part) => !part.includes('Binary'));
    const patch = join(folderWith({ patch: text.join('') }), 'patch');
    git(root, 'apply', '--check', patch);
  });

  it('upgrades, says how it may reach production, and is up to date afterwards', () => {
    const root = repository();
    const { status, stdout, stderr } = fresh(root, 'regenerate');
    expect(status).toBe(0);
    expect(stdout).toContain('Metrics are counted.');
    expect(stdout).toMatch(
      /Rollout: online\n {2}the image changed\n {2}what drives the server \(serving\.yaml\) changed\n {2}the server changed/,
    );
    expect(stderr).toContain('canary');
    expect(stderr).not.toContain('npm install');
    expect(read(root, 'package.json')).toContain('"templateVersion": "1.1.0"');
    expect(fresh(root, 'regenerate', '--check').status).toBe(0);
  });

  it('ends with 3 where conflicts are left, with 0 where that is allowed, and goes on or back', () => {
    const root = repository();
    edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
    commit(root, 'work');
    const before = snapshot(root, { without: '.git' });
    expect(fresh(root, 'regenerate')).toMatchObject({ status: 3, stderr: expect.stringContaining('--continue') });
    expect(fresh(root, 'regenerate')).toMatchObject({ status: 1, stderr: expect.stringContaining('error PENDING') });
    expect(fresh(root, 'regenerate', '--continue')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('src/app.mjs'),
    });
    expect(fresh(root, 'regenerate', '--abort').status).toBe(0);
    expect(snapshot(root, { without: '.git' })).toEqual(before);
    expect(fresh(root, 'regenerate', '--allow-conflicts').status).toBe(0);
    git(root, 'checkout', '--theirs', 'src/app.mjs');
    expect(fresh(root, 'regenerate', '--continue').status).toBe(0);
    expect(fresh(root, 'regenerate', '--check').status).toBe(0);
  });

  it('reports as JSON and as the body of a pull request', () => {
    const root = repository();
    edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
    commit(root, 'work');
    const json = JSON.parse(fresh(root, 'regenerate', '--dry-run', '--report', 'json').stdout);
    expect(json).toMatchObject({
      from: '1.0.0',
      to: '1.1.0',
      upToDate: false,
      rollout: { class: 'online' },
      conflicts: [{ path: 'src/app.mjs', reason: 'both-changed', markers: true }],
      changelog: [{ version: '1.1.0', text: '- Metrics are counted.' }],
    });
    expect(JSON.parse(fresh(root, 'regenerate', '--check', '--json').stdout)).toEqual(json);
    const { stdout } = fresh(root, 'regenerate', '--dry-run', '--report', 'md');
    expect(stdout).toMatch(/^## Template 1\.0\.0 → 1\.1\.0\n\n\*\*Rollout: online\*\*/);
    expect(stdout).toContain('### What changes in your repository\n\n#### 1.1.0\n\n- Metrics are counted.');
    expect(stdout).toContain(
      '### Conflicts to resolve\n\n- `src/app.mjs`: you and the template changed it; look for &lt;&lt;',
    );
  });

  it('prints one document: the plan of what was done, or the error', () => {
    const root = repository();
    edit(root, 'package.json', '"test": "node --test"', '"test": "exit 1"');
    putFiles(root, { 'node_modules/.keep': '' });
    commit(root, 'work');
    const before = snapshot(root, { without: '.git' });
    const failed = fresh(root, 'regenerate', '--json', '--verify');
    expect(failed.status).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
    expect(fresh(root, 'regenerate', '--report', 'json', '--verify')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('error VERIFY_FAILED'),
    });
    expect(snapshot(root, { without: '.git' })).toEqual(before);
    const plan = JSON.parse(fresh(root, 'regenerate', '--dry-run', '--json').stdout);
    const done = fresh(root, 'regenerate', '--json');
    expect(done.status).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual(plan);
  });

  it('changes an answer with --set, and lists the default of a new question', () => {
    const root = repository();
    edit(root, '.ml-serving/answers.yaml', 'node: "24"\n', '');
    commit(root, 'an older record');
    const { status, stdout } = fresh(root, 'regenerate', '--set', 'owner=vision');
    expect(status).toBe(0);
    expect(stdout).toContain('New question node: "24" (default');
    expect(read(root, 'README.md')).toContain('Owned by vision.');
    expect(read(root, '.ml-serving/answers.yaml')).toMatch(/owner: vision[\s\S]*node: "24"/);
  });

  it('reports the rollout class of other answers at the same version, in each form', () => {
    const root = repository();
    const set = ['--set', 'name=other-service'];
    for (const flags of [['--check'], ['--dry-run'], []]) {
      const { stdout } = old(root, 'regenerate', ...set, ...flags);
      expect(stdout).toMatch(/^Rollout: compatible\n {2}only files that do not run in production changed$/m);
      if (flags.length > 0) {
        expect(JSON.parse(old(root, 'regenerate', ...set, ...flags, '--json').stdout)).toMatchObject({
          rollout: { class: 'compatible' },
        });
        expect(old(root, 'regenerate', ...set, ...flags, '--report', 'md').stdout).toContain('**Rollout: compatible**');
      }
    }
    commit(root, 'another name');
    expect(old(root, 'regenerate', '--set', 'name=third').stderr).toContain(
      'let the rolling update replace the replicas',
    );
  });

  it.each([
    [['--check', '--continue'], 'USAGE', '--check and --continue'],
    [['--continue', '--abort'], 'USAGE', '--continue and --abort'],
    [['--continue', '--set', 'ci=none'], 'USAGE', '--set'],
    [['--report', 'pdf'], 'USAGE', 'pdf'],
    [['--set', 'nonsense=1'], 'ANSWERS_INVALID', 'nonsense'],
    [['--abort'], 'NOTHING_PENDING', 'No upgrade is pending'],
    [['nowhere'], 'NOT_STAMPED_OUT', 'nowhere'],
  ])('refuses %j with a code and a way on, touching nothing', (args, code, message) => {
    const root = repository();
    const before = snapshot(root);
    const { status, stderr, stdout } = fresh(root, 'regenerate', ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error ${code}: [\\s\\S]*${message}[\\s\\S]*\\n→ .+\\n$`));
    expect(stdout).toBe('');
    expect(snapshot(root)).toEqual(before);
  });
});
