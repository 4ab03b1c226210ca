import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyOverlay, planOverlay } from '../../generators/apply/overlay.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { faultyDisk } from '../support/fault.ts';
import { folderWith, snapshot } from '../support/folder.ts';

const files = [
  { path: 'README.md', bytes: Buffer.from('template'), mode: 0o644, owner: 'merged' },
  { path: 'src/app.ts', bytes: Buffer.from('app'), mode: 0o644, owner: 'managed' },
  { path: 'src/hooks/mine.ts', bytes: Buffer.from('hook'), mode: 0o644, owner: 'seeded' },
  { path: '.ml-serving/manifest.json', bytes: Buffer.from('{}'), mode: 0o644, owner: 'record' },
];
let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'overlay-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const read = (path: string) => fs.readFileSync(join(root, path), 'utf8');
const overlay = () => {
  const steps = planOverlay(root, files);
  return { actions: steps.map(({ action }) => action), folder: applyOverlay(root, steps) };
};

test('the files of the template are written, no others are touched, and what was there is kept', () => {
  fs.writeFileSync(join(root, 'README.md'), 'my own readme');
  fs.writeFileSync(join(root, 'notes.txt'), 'notes');
  const { actions, folder } = overlay();
  expect(actions).toEqual(['overwrite', 'create', 'create', 'create']);
  expect(read('README.md')).toBe('template');
  expect(read('notes.txt')).toBe('notes');
  expect(read(`${folder}/README.md`)).toBe('my own readme');
});

test('what is the team’s is written only where it is missing', () => {
  fs.mkdirSync(join(root, 'src/hooks'), { recursive: true });
  fs.writeFileSync(join(root, 'src/hooks/mine.ts'), 'my hook');
  expect(overlay()).toEqual({ actions: ['create', 'create', 'keep', 'create'], folder: undefined });
  expect(read('src/hooks/mine.ts')).toBe('my hook');
});

test('a second time keeps what the first one kept', () => {
  fs.writeFileSync(join(root, 'README.md'), 'first');
  const first = overlay();
  fs.writeFileSync(join(root, 'README.md'), 'second');
  const second = overlay();
  expect([read(`${first.folder}/README.md`), read(`${second.folder}/README.md`)]).toEqual(['first', 'second']);
  expect(overlay()).toEqual({ actions: ['same', 'same', 'same', 'same'], folder: undefined });
});

test('a third time keeps what the second one kept, whatever was tidied away', () => {
  const folders = ['first', 'second', 'third'].map((text) => {
    fs.writeFileSync(join(root, 'README.md'), text);
    const { folder } = overlay();
    if (text === 'second') fs.rmSync(join(root, '.ml-serving/local/overwritten/1'), { recursive: true });
    return folder;
  });
  expect([1, 2].map((run) => read(`${folders[run]}/README.md`))).toEqual(['second', 'third']);
});

test.each(['file', 'link'])('where copies cannot be kept, for a %s, nothing is overwritten', (kind) => {
  fs.writeFileSync(join(root, 'README.md'), 'my own readme');
  fs.mkdirSync(join(root, '.ml-serving/local'), { recursive: true });
  const place = join(root, '.ml-serving/local/overwritten');
  if (kind === 'link') fs.symlinkSync(tmpdir(), place);
  else fs.writeFileSync(place, 'in the way');
  expect(overlay).toThrow(expect.objectContaining({ code: 'CHANGED_ON_DISK', exit: 1 }));
  expect(read('README.md')).toBe('my own readme');
  expect(fs.readdirSync(root).sort()).toEqual(['.ml-serving', 'README.md']);
});

test('the copies are part of the whole: a fault in any call leaves all or nothing', () => {
  const filled = () => folderWith({ 'README.md': 'my own readme', 'src/app.ts': 'my app' });
  const whole = filled();
  const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'once' });
  applyOverlay(whole, planOverlay(whole, files), counting.disk);
  for (const code of ['EIO', 'ENOSPC']) {
    for (let at = 0; at < counting.calls(); at++) {
      const directory = filled();
      const old = snapshot(directory);
      const copies = join(directory, '.ml-serving/local/overwritten');
      try {
        applyOverlay(directory, planOverlay(directory, files), faultyDisk(fastDisk, { at, how: 'once', code }).disk);
        expect(fs.readFileSync(join(copies, '1/src/app.ts'), 'utf8')).toBe('my app');
      } catch (error) {
        expect(error).toMatchObject({ exit: 1, code: code === 'EIO' ? 'APPLY_FAILED' : 'DISK_FULL' });
        expect(snapshot(directory, { without: '.ml-serving' })).toEqual(old);
        expect(fs.existsSync(join(copies, '1'))).toBe(false);
      }
    }
  }
});

test('room for the copies is asked for before anything is touched', () => {
  fs.writeFileSync(join(root, 'README.md'), Buffer.alloc(3_000_000));
  const disk = { ...fastDisk, freeBytes: () => 2_000_000 };
  const work = () => applyOverlay(root, planOverlay(root, files), disk);
  expect(work).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  expect(fs.readdirSync(root)).toEqual(['README.md']);
});

test('a link out of the directory is refused, and nothing is written', () => {
  const outside = fs.mkdtempSync(join(tmpdir(), 'outside-'));
  fs.symlinkSync(outside, join(root, 'src'));
  expect(() => overlay()).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  expect(fs.readdirSync(outside)).toEqual([]);
  expect(fs.existsSync(join(root, 'README.md'))).toBe(false);
  fs.rmdirSync(outside);
});

test('a folder where the template has a file is refused', () => {
  fs.mkdirSync(join(root, 'README.md'));
  expect(() => overlay()).toThrow(/README\.md is a folder/);
  expect(fs.existsSync(join(root, 'src'))).toBe(false);
});
