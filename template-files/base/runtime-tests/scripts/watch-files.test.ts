import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFiles } from '../../scripts/dev/watch-files.mjs';

let folder: string;
let changed: string[];
let end: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  mkdirSync(join(folder, 'src', 'hooks'), { recursive: true });
  write('src/app.ts', 'a');
  write('serving.yaml', 'a');
  changed = [];
  end = watchFiles([join(folder, 'src'), join(folder, 'serving.yaml')], (paths: readonly string[]) =>
    changed.push(...paths.map((path) => relative(folder, path))),
  );
});
afterEach(() => {
  end();
  rmSync(folder, { recursive: true });
});

const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const seen = async (path: string) => {
  while (!changed.includes(path)) await sleep(5);
};

test('a file that is written, one that is new, one in a new folder, one that is removed', async () => {
  write('src/app.ts', 'ab');
  await seen('src/app.ts');
  write('src/hooks/new.ts', 'a');
  await seen('src/hooks/new.ts');
  mkdirSync(join(folder, 'src', 'mine'));
  write('src/mine/route.ts', 'a');
  await seen('src/mine/route.ts');
  write('src/mine/route.ts', 'abc');
  rmSync(join(folder, 'src', 'hooks', 'new.ts'));
  changed = [];
  await seen('src/hooks/new.ts');
});

test('a file that an editor replaces, twice', async () => {
  for (const text of ['ab', 'abc']) {
    changed = [];
    write('.draft', text);
    renameSync(join(folder, '.draft'), join(folder, 'serving.yaml'));
    await seen('serving.yaml');
  }
});

test('what is not watched, and swap files of editors, are passed over', async () => {
  write('README.md', 'a');
  write('src/.app.ts.swp', 'a');
  write('src/app.ts~', 'a');
  write('serving.yaml', 'ab');
  await seen('serving.yaml');
  expect(changed).toEqual(['serving.yaml']);
});
