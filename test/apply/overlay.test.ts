import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OVERWRITTEN_FOLDER, overlay } from '../../generators/apply/overlay.ts';

const files = [
  { path: 'README.md', bytes: Buffer.from('template'), mode: 0o644 },
  { path: 'src/app.ts', bytes: Buffer.from('app'), mode: 0o644 },
  { path: '.ml-serving/manifest.json', bytes: Buffer.from('{}'), mode: 0o644 },
];
let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'overlay-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

test('the files of the template are written, no others are touched, and what was there is kept', () => {
  fs.writeFileSync(join(root, 'README.md'), 'my own readme');
  fs.writeFileSync(join(root, 'notes.txt'), 'notes');
  expect(overlay(root, files)).toEqual(['README.md']);
  expect(fs.readFileSync(join(root, 'README.md'), 'utf8')).toBe('template');
  expect(fs.readFileSync(join(root, 'notes.txt'), 'utf8')).toBe('notes');
  const kept = fs.readdirSync(join(root, OVERWRITTEN_FOLDER), { recursive: true, withFileTypes: true });
  const contents = kept
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(contents).toContain('my own readme');
});

test('a link out of the directory is refused, and nothing is written', () => {
  const outside = fs.mkdtempSync(join(tmpdir(), 'outside-'));
  fs.symlinkSync(outside, join(root, 'src'));
  expect(() => overlay(root, files)).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  expect(fs.readdirSync(outside)).toEqual([]);
  expect(fs.existsSync(join(root, 'README.md'))).toBe(false);
  fs.rmdirSync(outside);
});

test('a folder where the template has a file is refused', () => {
  fs.mkdirSync(join(root, 'README.md'));
  expect(() => overlay(root, files)).toThrow(/README\.md is a folder/);
  expect(fs.existsSync(join(root, 'src'))).toBe(false);
});
