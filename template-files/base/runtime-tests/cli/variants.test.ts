import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';
import { runCommand } from '../helpers/command.ts';
import { SAMPLE } from '../helpers/service.ts';

/** `npm run check` and `npm run golden` where there are two versions. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'variants-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
  const file = 'model/candidate.onnx';
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex');
  const candidate = `candidate: { version: "2.0.0", file: ${file}, sha256: ${sha256} }`;
  const yaml = join(folder, 'serving.yaml');
  writeFileSync(yaml, `${readFileSync(yaml, 'utf8')}\nvariants: { mode: ab, ${candidate} }\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) => runCommand(folder, `cli/${command}`, ...args);
const golden = join('model', 'candidate.golden.json');

test('check looks at both', () => {
  const { status, stdout } = run('check');
  expect(status).toBe(0);
  expect(stdout).toMatch(/1\.0\.0 .* 4 golden samples agree/);
  expect(stdout).toMatch(/2\.0\.0 .* 3 golden samples agree/);

  const text = readFileSync(join(folder, golden), 'utf8').replace('"versicolor"', '"virginica"');
  writeFileSync(join(folder, golden), text);
  const wrong = run('check');
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('candidate.golden.json: golden sample 0')]);
});

test('golden asks the one that is named, and writes its own samples', () => {
  expect(run('golden').stdout).toContain('golden sample 3: agrees');
  expect(run('golden', '--candidate').stdout).toContain('golden sample 2: agrees');
  rmSync(join(folder, golden));
  expect(run('golden', '--candidate').status).toBe(1);
  expect(run('golden', '--candidate', '--write').status).toBe(0);
  const { samples } = JSON.parse(readFileSync(join(folder, golden), 'utf8'));
  expect(samples).toHaveLength(4);
  expect(run('golden', '--candidate').status).toBe(0);
  expect(run('golden').status).toBe(0);
});
