import { createHash } from 'node:crypto';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { parseBase } from '../../generators/project/base-file.ts';
import { BASE_PATH, MANIFEST_PATH, type Manifest } from '../../generators/project/manifest.ts';
import { buildRecord } from '../../generators/project/record.ts';
import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { answersWith, template } from '../fixtures/template.ts';

const answers = answersWith({ description: 'true: "yes" # no' });
const tree = renderTree(answers, template);
const recorded = { tree, answers, policy: NO_POLICY, templateVersion: '1.2.3' };
const record = new Map(buildRecord(recorded).map(({ path, bytes }) => [path, bytes]));
const manifest = JSON.parse(Buffer.from(record.get(MANIFEST_PATH) ?? '').toString()) as Manifest;

test('the manifest names every rendered file with its hash, mode and owner', () => {
  expect(manifest).toMatchObject({ schema: 1, template: 'create-ml-serving', templateVersion: '1.2.3' });
  expect(Object.keys(manifest.files)).toEqual([...tree.keys()]);
  for (const [path, file] of tree) {
    expect(manifest.files[path]).toEqual({
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      mode: file.mode.toString(8),
      owner: file.owner,
    });
  }
});

test('what can be merged later is kept in one file, found by its hash; what is seeded is not', () => {
  const packed = record.get(BASE_PATH) ?? new Uint8Array();
  const contents = parseBase(packed);
  for (const [path, { owner, bytes }] of tree) {
    const kept = contents.get(manifest.files[path]?.sha256 ?? '');
    if (owner === 'seeded') expect(kept).toBeUndefined();
    else expect(kept).toEqual(Buffer.from(bytes));
  }
  expect(manifest.baseSha256).toBe(createHash('sha256').update(packed).digest('hex'));
  expect([...record.keys()].sort()).toEqual(['.ml-serving/answers.yaml', BASE_PATH, MANIFEST_PATH]);
});

test('the base is the same in whatever order the template gives its files', () => {
  const reversed = buildRecord({ ...recorded, tree: new Map([...tree].reverse()) });
  expect(reversed.find(({ path }) => path === BASE_PATH)?.bytes).toEqual(record.get(BASE_PATH));
});

test('the answers read back as they were', () => {
  expect(
    parseAnswersFile(Buffer.from(record.get('.ml-serving/answers.yaml') ?? '').toString(), 'answers.yaml'),
  ).toEqual(answers);
});

test('the manifest comes last, so that an interrupted write is no record', () => {
  expect([...record.keys()].at(-1)).toBe(MANIFEST_PATH);
});
