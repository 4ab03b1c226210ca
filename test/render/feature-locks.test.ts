import { ownPackage } from '../../generators/app/package.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { MODEL_TYPES, type ModelType } from '../../generators/tensor.ts';
import { answersWith } from '../fixtures/template.ts';

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dependencies?: Record<string, string>; readonly version?: string; readonly dev?: boolean }
    >
  >;
}

function rendered(modelType: ModelType) {
  const { inputs, outputs } = sampleOf(template, modelType);
  const tree = renderTree({ ...answersWith(), modelType, inputs, outputs }, template);
  const json = (path: string) => JSON.parse(Buffer.from(tree.get(path)?.bytes ?? []).toString('utf8'));
  return {
    tree,
    manifest: json('package.json') as Required<Lock['packages'][string]>,
    lock: json('package-lock.json') as Lock,
  };
}

test.each(MODEL_TYPES)(
  'what a %s repository depends on is locked, at the same version, for production',
  (modelType) => {
    const { manifest, lock } = rendered(modelType);
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
    for (const [name, pinned] of Object.entries(manifest.dependencies)) {
      expect([name, lock.packages[`node_modules/${name}`]]).toEqual([
        name,
        expect.objectContaining({ version: pinned }),
      ]);
      expect(lock.packages[`node_modules/${name}`]?.dev).toBeUndefined();
    }
  },
);

test('only repositories of pictures carry the library for them, and only those of texts the tokenizer', () => {
  const having = (name: string) => MODEL_TYPES.filter((type) => name in rendered(type).manifest.dependencies);
  expect(having('sharp')).toEqual(['image-classification']);
  expect(having('tokenizers')).toEqual(['text-classification']);
});

test.each(MODEL_TYPES)('a %s repository holds its really trained sample', (modelType) => {
  const { tree } = rendered(modelType);
  const yaml = Buffer.from(tree.get('serving.yaml')?.bytes ?? []).toString('utf8');
  expect(yaml).toContain(`type: ${modelType}\n`);
  expect(yaml).not.toContain('placeholder');
  expect(tree.get('model/model.onnx')?.bytes.length).toBeGreaterThan(300);
});
