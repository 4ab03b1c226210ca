import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, git } from './harness.ts';
import { type Package, packageOf, stampedOutBy } from './package.ts';

let old: Package;
let fresh: Package;

beforeAll(async () => {
  [old, fresh] = [await packageOf('1.0.0'), await packageOf('1.1.0')];
}, 60_000);

const repository = () => stampedOutBy(old);

const tree = (root: string) => {
  const files = Object.entries(snapshot(root, { without: '.git' }));
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('.ml-serving/local')));
};

function start(root: string, ...flags: string[]): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  return spawn(process.execPath, [fresh.command, 'regenerate', '--allow-dirty', ...flags], {
    cwd: root,
    env,
    stdio: 'ignore',
  });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** How long a run takes here, so that deaths are spread over all of it. */
async function duration(): Promise<number> {
  const root = repository();
  const begin = performance.now();
  await once(start(root), 'exit');
  return performance.now() - begin;
}

describe('the command as a process', () => {
  it('killed at any moment leaves the old state, the new state, or a way on and a way back', async () => {
    // Files and a folder that the team has moved are part of it.
    const moved = () => {
      const made = repository();
      git(made, 'mv', 'compose.yaml', 'docker-compose.yaml');
      git(made, 'mv', 'src', 'service');
      edit(made, 'service/app.mjs', "status: 'ok'", "status: 'fine'");
      commit(made, 'our names');
      return made;
    };
    const root = moved();
    const before = tree(root);
    const whole = await duration();
    const updated = moved();
    expect(fresh(updated, 'regenerate').status).toBe(0);
    const after = tree(updated);
    expect(after['service/app.mjs']).toMatch(/'fine'/);
    expect(after['service/metrics.mjs']).toBeDefined();
    expect(Object.keys(after).filter((path) => path === 'compose.yaml' || path.startsWith('src/'))).toEqual([]);

    const KILLS = 16;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = start(root);
      const exited = once(child, 'exit');
      await new Promise((resolve) => setTimeout(resolve, (whole * (kill + 1)) / KILLS));
      child.kill('SIGKILL');
      await exited;
      const way = kill % 2 === 0 ? '--continue' : '--abort';
      const { status, stderr } = fresh(root, 'regenerate', way);
      if (status !== 0) expect(stderr).toContain('NOTHING_PENDING');
      const now = tree(root);
      expect([before, after]).toContainEqual(now);
      if (status === 0) expect(now).toEqual(way === '--continue' ? after : before);
      git(root, 'checkout', '-q', '--', '.');
      git(root, 'clean', '-qfd');
    }
  }, 120_000);

  // Windows has no signals to send.
  (process.platform === 'win32' ? it.skip : it).each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ended by %s in its tests ends them all and puts everything back',
    async (signal) => {
      const root = repository();
      // What npm runs, and what that has started and waits for as a test runner does.
      const waits = (what: string) => `import { spawnSync } from 'node:child_process';\n${what}`;
      putFiles(root, {
        'outer.mjs': waits("spawnSync(process.execPath, ['inner.mjs'], { stdio: 'inherit' });\n"),
        'inner.mjs':
          "import { writeFileSync } from 'node:fs';\nwriteFileSync('node_modules/pid', String(process.pid));\nsetTimeout(() => {}, 60_000);\n",
        'node_modules/.keep': '',
      });
      edit(root, 'package.json', '"test": "node --test"', '"test": "node outer.mjs"');
      commit(root, 'our tests');
      const before = tree(root);
      const child = start(root, '--verify');
      const exited = once(child, 'exit');
      const file = join(root, 'node_modules/pid');
      while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(20);
      const pid = Number(readFileSync(file, 'utf8'));
      child.kill(signal);
      expect(await exited).toEqual([1, null]);
      // An orphan is gone once the system has cleared it away.
      for (let tries = 0; tries < 100 && isThere(pid); tries++) await sleep(50);
      expect(isThere(pid)).toBe(false);
      expect({ ...tree(root), 'node_modules/pid': undefined }).toEqual({ ...before, 'node_modules/pid': undefined });
    },
    60_000,
  );

  it('run twice at once is applied once, and the other run says why it did nothing', async () => {
    const root = repository();
    const children = [start(root), start(root)];
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toContain(0);
    expect(fresh(root, 'regenerate', '--check').status).toBe(0);
    expect(git(root, 'status', '--porcelain', '--ignored').includes('lock')).toBe(false);
  }, 60_000);
});
