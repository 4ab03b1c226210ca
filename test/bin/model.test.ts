import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ModelFlags, model } from '../../bin/commands/model.ts';
import { ServingError } from '../../generators/errors.ts';
import { imported, modelPath } from '../onnx/fixtures.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'model-'));
  mkdirSync(join(root, '.ml-serving'));
  cpSync('template-files/base/serving.yaml', join(root, 'serving.yaml'));
  cpSync('template-files/base/model', join(root, 'model'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (path: string) => readFileSync(join(root, path), 'utf8');
const contents = () => ['serving.yaml', 'model/model.onnx', 'model/golden.json'].map((path) => text(path));

async function release(name: string, flags: ModelFlags = {}) {
  const lines: string[] = [];
  const code = await model(modelPath(name), { directory: root, ...flags }, (line) => lines.push(line));
  return { code, lines: lines.join('\n') };
}

/** A repository whose `npm run golden` does as the test wants. */
function withGolden(script: string): void {
  mkdirSync(join(root, 'node_modules/onnxruntime-node'), { recursive: true });
  writeFileSync(join(root, 'golden.mjs'), script);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { golden: 'node golden.mjs' } }));
}

describe('create-ml-serving model', () => {
  it('puts the model in, writes version and hash, and keeps every comment', async () => {
    const before = text('serving.yaml');
    const { code, lines } = await release('zipmap-int/model');
    expect(code).toBe(0);
    expect(lines).toContain('1.0.0 -> 2.0.0, major: clients have to change\n  input float_input is now called X');
    expect(lines).toContain('npm run golden -- --write');
    const { sha256, bytes } = imported(modelPath('zipmap-int/model'));
    expect(readFileSync(join(root, 'model/model.onnx')).equals(bytes)).toBe(true);
    const hash = /sha256: ([0-9a-f]{64})/.exec(before)?.[1] ?? '';
    const today = new Date().toISOString().slice(0, 10);
    expect(text('serving.yaml')).toBe(
      before
        .replace('"1.0.0"', '"2.0.0"')
        .replace(hash, `${sha256}\n  released: "${today}"`)
        .replace('- name: float_input', '- name: X'),
    );
  });

  it('says what it would do, and does nothing', async () => {
    const before = contents();
    const { lines } = await release('zipmap-int/model', { dryRun: true });
    expect(lines).toContain('2.0.0');
    expect(contents()).toEqual(before);
  });

  it('asks for what is left open', async () => {
    const { lines } = await release('zipmap-string/model', { dryRun: true });
    expect(lines).toContain('to be filled in: Names of the 13 columns of X, in their order (inputs[0].features)');
    expect((await release('zipmap-int/model', { dryRun: true })).lines).not.toContain('to be filled in');
  });

  it('refuses to call a changed interface a minor release', async () => {
    const before = contents();
    await expect(release('zipmap-int/model', { version: '1.1.0' })).rejects.toMatchObject({ code: 'MODEL_VERSION' });
    expect(contents()).toEqual(before);
  });

  it('recomputes the golden answers with the code that will serve the model', async () => {
    withGolden(
      "import { writeFileSync } from 'node:fs'; writeFileSync('asked', process.argv.slice(2).join()); console.log('golden sample 0: new');",
    );
    const { lines } = await release('zipmap-int/model');
    expect([text('asked'), lines]).toEqual(['--write', expect.stringContaining('golden sample 0: new')]);
  });

  it("takes the training library's answers where they are given", async () => {
    withGolden("import { writeFileSync } from 'node:fs'; writeFileSync('asked', process.argv.slice(2).join());");
    const golden = modelPath('zipmap-int/model').replace('model.onnx', 'golden.json');
    await release('zipmap-int/model', { golden });
    expect([text('asked'), text('model/golden.json')]).toEqual(['', readFileSync(golden, 'utf8')]);
  });

  it('puts everything back when the model does not give the promised answers', async () => {
    withGolden("console.error('sample 0 differs'); process.exit(1);");
    const before = contents();
    await expect(release('zipmap-int/model')).rejects.toMatchObject({
      code: 'MODEL_GOLDEN',
      message: expect.stringContaining('sample 0 differs'),
    });
    expect(contents()).toEqual(before);
    withGolden('');
    expect((await release('zipmap-int/model')).code).toBe(0);
  });

  describe('with a record of training', () => {
    const record = () => {
      const folder = join(root, 'record');
      mkdirSync(folder);
      const samples = [{ name: 'first', raw: { row: [1, 2, 3, 4] }, steps: [], answer: { label: 'a' } }];
      writeFileSync(join(folder, 'record.json'), JSON.stringify({ format: 'ml-serving-record/v1', samples }));
      return folder;
    };
    /** `npm run check` and `npm run golden` of a repository. */
    const withScripts = (check: string, compares = true) => {
      withGolden("console.log('golden sample 0: agrees')");
      writeFileSync(join(root, 'check.mjs'), check);
      const scripts = { golden: 'node golden.mjs', check: 'node check.mjs' };
      writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts }));
      if (!compares) return;
      mkdirSync(join(root, 'src/cli'), { recursive: true });
      writeFileSync(join(root, 'src/cli/against.ts'), '');
    };

    it('its answers are the golden samples, and its steps are compared and shown', async () => {
      withScripts('console.log(process.argv.slice(2).join(" "))');
      const golden = record();
      const { lines } = await release('zipmap-int/model', { golden });
      expect(lines).toContain(
        'record of training: 1 samples, steps answer, answers to 0.00001\n  first: {"label":"a"}\n',
      );
      expect(lines).toContain(`--against ${golden}\ngolden sample 0: agrees`);
      expect(JSON.parse(text('model/golden.json')).samples).toEqual([
        { instance: [1, 2, 3, 4], prediction: { label: 'a' } },
      ]);
    });

    it('one that differs takes the release back, after its steps have been shown', async () => {
      withScripts(
        'console.log("tensor: differs"); console.error("the first step that differs is tensor"); process.exit(1)',
      );
      const before = contents();
      const lines: string[] = [];
      const flags = { directory: root, golden: record() };
      await expect(model(modelPath('zipmap-int/model'), flags, (line) => lines.push(line))).rejects.toMatchObject({
        code: 'MODEL_GOLDEN',
        message: expect.stringContaining('the first step that differs is tensor'),
      });
      expect([lines.at(-1), contents()]).toEqual(['tensor: differs', before]);
    });

    it('in a repository of an older template the answers alone are compared, and that is said', async () => {
      withScripts('process.exit(1)', false);
      const { code, lines } = await release('zipmap-int/model', { golden: record() });
      expect([code, lines]).toEqual([0, expect.stringContaining('Only the answers of the record are compared')]);
    });

    it('a folder that holds none, and a file outside of it', async () => {
      const golden = join(root, 'model');
      const refused = (reason: string) => ({ code: 'MODEL_GOLDEN', message: expect.stringContaining(reason) });
      await expect(release('zipmap-int/model', { golden })).rejects.toMatchObject(refused('ENOENT'));
      const folder = record();
      const samples = [{ raw: { file: '../serving.yaml' }, answer: 1 }];
      writeFileSync(join(folder, 'record.json'), JSON.stringify({ format: 'ml-serving-record/v1', samples }));
      await expect(release('zipmap-int/model', { golden: folder })).rejects.toMatchObject(
        refused('outside of the record'),
      );
    });
  });

  it('shows the differences of all samples, not of the first alone, before it puts everything back', async () => {
    withGolden("console.log('sample 0: a'); console.log('sample 1: b'); console.error('2 differ'); process.exit(1);");
    const lines: string[] = [];
    const act = model(modelPath('zipmap-int/model'), { directory: root }, (line) => lines.push(line));
    await expect(act).rejects.toMatchObject({ code: 'MODEL_GOLDEN' });
    expect(lines.slice(-2)).toEqual(['sample 0: a', 'sample 1: b']);
  });

  it('takes data files along', async () => {
    const yaml = text('serving.yaml').replace('type: tabular-classification', 'type: custom');
    writeFileSync(join(root, 'serving.yaml'), yaml);
    await release('crafted/external');
    expect(readFileSync(join(root, 'model/external.bin')).length).toBe(32);
  });

  it.each([
    ['a model that cannot run', 'crafted/bfloat16', 'MODEL_UNSUPPORTED'],
    ['a file that is not there', 'nothing/model', 'MODEL_NOT_FOUND'],
  ])('%s changes nothing', async (_what, name, code) => {
    const before = contents();
    await expect(release(name)).rejects.toMatchObject({ code });
    expect(contents()).toEqual(before);
  });

  it('a folder that is no repository', async () => {
    rmSync(join(root, 'serving.yaml'));
    await expect(release('zipmap-int/model')).rejects.toThrow(ServingError);
    expect(existsSync(join(root, 'serving.yaml'))).toBe(false);
  });
});
