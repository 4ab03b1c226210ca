import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { python } from '../support/python.ts';
import { must } from '../support/run.ts';
import { stampOut } from '../support/stamp-out.ts';

/*
 * The pixels that each profile makes of 43 pictures of 12 kinds must be the ones of the library that it is named after: of
 * Pillow's profiles to the byte, of OpenCV's within 1 of 255. docs/PICTURES.md has these tolerances in a table.
 */

interface Difference {
  readonly max: number;
  readonly mean: number;
  readonly count: number;
  readonly worst: string;
}

interface Compared {
  readonly cases: Readonly<Record<string, Difference & { readonly refused: Readonly<Record<string, string>> }>>;
  readonly resizes: Readonly<Record<string, Difference>>;
}

/** Pillow 13 resizes the columns first where that is less work; see docs/PICTURES.md. */
const REQUIREMENTS = ['numpy', 'pillow==12.3.0', 'opencv-python-headless==5.0.0.93'];

const sources = join(repositoryRoot, 'test', 'e2e', 'serving');
const directory = join(temporaryFolder(), 'picture-profiles');
const folder = temporaryFolder();
let compared: Compared;

beforeAll(async () => {
  const interpreter = await python(REQUIREMENTS);
  await must(interpreter, [join(sources, 'pictures.py'), folder], { timeout: 300_000 });
  await stampOut(directory, ['modelType=image-classification']);
  await must('npm', ['run', 'build'], { cwd: directory });
  const { stdout } = await must(process.execPath, [join(sources, 'pictures.mjs'), directory, folder], {
    timeout: 300_000,
  });
  compared = JSON.parse(stdout) as Compared;
}, 900_000);

const isOpenCv = (name: string) => /^(opencv|yolo)/.test(name);

test('the profiles make the pixels of the libraries', () => {
  const { pictures, cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  expect(pictures).toHaveLength(43);
  expect(Object.keys(compared.cases)).toEqual(cases.map(({ name }: { name: string }) => name));
  const beyond = Object.entries(compared.cases).filter(([name, { max }]) => max > (isOpenCv(name) ? 1 : 0));
  expect(beyond).toEqual([]);
  for (const profile of ['torchvision', 'timm', 'pil', 'keras', 'huggingface', 'opencv']) {
    expect(compared.cases[profile]?.count).toBe(43);
  }
});

test('a picture that the library has no result for is refused, and no other one', () => {
  const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as {
    cases: { name: string; expected: Record<string, string | null> }[];
  };
  for (const { name, expected } of cases) {
    if (name === 'pil-icc') continue; // What has no colour profile is not compared.
    const impossible = Object.keys(expected).filter((picture) => expected[picture] === null);
    expect([name, Object.keys(compared.cases[name]?.refused ?? {})]).toEqual([name, impossible]);
  }
  expect(compared.cases['yolo']?.refused['row.png']).toMatch(
    /^INVALID_INPUT instances\[0\]: .*profile yolo.*200 x 1 pixels, resized to 96 x 0 pixels/,
  );
});

test('resizes between random sizes are those of Pillow and OpenCV', () => {
  expect(Object.keys(compared.resizes)).toHaveLength(10);
  for (const [name, { max, count }] of Object.entries(compared.resizes)) {
    expect([name, max <= (isOpenCv(name) ? 1 : 0), count]).toEqual([name, true, 30]);
  }
});
