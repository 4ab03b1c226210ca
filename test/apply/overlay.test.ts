import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyOverlay, planOverlay } from '../../generators/apply/overlay.ts';

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
