import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import type { GivenAnswers } from '../../generators/questions/answers.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import type { Template } from '../../generators/render/template.ts';
import { answersWith, template } from '../fixtures/template.ts';

const render = (given: GivenAnswers = {}, from: Template = template) => renderTree(answersWith(given), from);
const text = (tree: ReturnType<typeof render>, path: string) =>
  Buffer.from(tree.get(path)?.bytes ?? '').toString('utf8');
const withFile = (path: string, content: string): Template => ({
  ...template,
  files: new Map([...template.files, [path, Buffer.from(content)]]),
});

test('a default repository holds the base and the feature of the default CI, under their real names', () => {
  expect([...render().keys()]).toEqual([
    '.github/workflows/ci.yml',
    '.gitignore',
    'README.md',
    'model/golden.json',
    'model/model.onnx',
    'package-lock.json',
    'package.json',
    'serving.yaml',
    'src/run.sh',
  ]);
  expect([...render({ ci: 'none' }).keys()]).not.toContain('.github/workflows/ci.yml');
});

test('modes and owners follow template.json', () => {
  const tree = render();
  expect(tree.get('src/run.sh')).toMatchObject({ mode: 0o755, owner: 'managed' });
  expect(tree.get('model/model.onnx')).toMatchObject({ mode: 0o644, owner: 'seeded' });
  expect(tree.get('README.md')).toMatchObject({ mode: 0o644, owner: 'merged' });
});

test('answers stand unescaped in text', () => {
  const tree = render({ name: 'abc', description: `Says "yes" & <no>` });
  expect(text(tree, 'README.md')).toBe(`# abc\n\nSays "yes" & <no> (template 1.2.3)\n`);
});

test('package.json and its lock carry the name, as data', () => {
  const tree = render({ name: 'abc', description: 'a "quoted" text' });
  expect(JSON.parse(text(tree, 'package.json'))).toEqual({
    name: 'abc',
    version: '0.1.0',
    description: 'a "quoted" text',
    mlServing: { templateVersion: '1.2.3' },
    dependencies: { express: '5.3.0' },
  });
  const lock = JSON.parse(text(tree, 'package-lock.json')) as Record<string, unknown>;
  expect(lock).toMatchObject({ name: 'abc', packages: { '': { name: 'abc' }, 'node_modules/express': {} } });
});

describe('serving.yaml', () => {
  test('with the sample it keeps its text and names the model it lies beside', () => {
    const tree = render({ modelName: 'iris', modelVersion: '2.0.0' });
    const yaml = text(tree, 'serving.yaml');
    expect(yaml).toContain('# what the columns are');
    expect(yaml).toContain('- { name: a, unit: cm, min: 0, max: 10 }');
    const model = tree.get('model/model.onnx')?.bytes as Uint8Array;
    expect(parse(yaml)).toMatchObject({
      model: { name: 'iris', version: '2.0.0', sha256: createHash('sha256').update(model).digest('hex') },
    });
    expect(Buffer.from(model).toString()).toBe('not really a model');
  });

  test('nothing but the values that follow the answers differs from the template', () => {
    const before = Buffer.from(template.files.get('base/serving.yaml') ?? '')
      .toString()
      .split('\n');
    const after = text(render({ modelVersion: '2.0.0' }), 'serving.yaml').split('\n');
    expect(after.length).toBe(before.length);
    const changed = after.filter((line, i) => line !== before[i]);
    expect(changed).toEqual(['  version: "2.0.0"', expect.stringMatching(/^ {2}sha256: "[0-9a-f]{64}"$/)]);
  });

  test('with another interface it describes that, beside a placeholder that is said to be one', () => {
    const inputs = [
      { name: 'z', datatype: 'FP32', shape: [-1, 1], features: [{ name: 'only', min: 2, max: 4 }] },
    ] as const;
    const tree = render({ inputs });
    const yaml = text(tree, 'serving.yaml');
    expect(yaml).toContain('# rows that may wait');
    expect(yaml).toContain('shape: [-1, 1]');
    expect(yaml).toContain('- { name: only, min: 2, max: 4 }');
    expect(parse(yaml)).toMatchObject({ model: { placeholder: true }, inputs });
    expect(JSON.parse(text(tree, 'model/golden.json'))).toEqual({
      tolerance: 1e-5,
      samples: [{ instance: { only: 3 }, prediction: { label: 'no', probabilities: { no: 0.5, yes: 0.5 } } }],
    });
  });

  test.each(['no', '1.0', '# x', 'a: b', "it's", '"', '- a', '&a', '*a', '!t', '{', '日本', '\\', '%', '@', '`'])(
    'a label such as %j comes back as it was',
    (label) => {
      const outputs = [{ name: label, datatype: 'FP32', shape: [-1, 2], labels: [label, `${label} 2`] }] as const;
      expect(parse(text(render({ outputs }), 'serving.yaml'))).toMatchObject({ outputs });
    },
  );
});

test('the same answers give the same bytes', () => {
  expect([...render()]).toEqual([...render()]);
});

test('a misspelt answer in a template is an error, not a gap', () => {
  expect(() => render({}, withFile('base/x.md.ejs', '<%- answers.nmae %>'))).toThrow(
    'base/x.md.ejs does not render'.replace('base/', ''),
  );
});

test('no path has two owners', () => {
  expect(() => render({}, withFile('features/github-actions/README.md.ejs', 'mine'))).toThrow(
    'Two layers of the template own',
  );
});
