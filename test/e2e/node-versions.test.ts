import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { expectClose, readGolden } from './support/golden.ts';
import { NODE_LINES, nodeOf } from './support/node-versions.ts';
import { bin } from './support/packed.ts';
import { must } from './support/run.ts';
import { post, serve } from './support/serve.ts';

/* The generator and what it stamps out, under every release line of Node.js that is promised. */

const folder = temporaryFolder();

describe.each(NODE_LINES)('Node.js %s', (line) => {
  const directory = join(folder, `on-${line}`);
  let env: NodeJS.ProcessEnv;
  let node: string;

  beforeAll(async () => {
    const path = await nodeOf(line);
    node = join(path, 'node');
    env = { ...process.env, PATH: `${path}${delimiter}${process.env['PATH']}` };
    expect((await must(node, ['--version'])).stdout).toMatch(new RegExp(`^v${line}\\.`));
  }, 600_000);

  test('writes the same record, byte for byte', async () => {
    const write = async (program: string, made: string) => {
      await must(program, [bin, made, '--yes', '--no-install', '--no-git', '--set', 'name=same'], { env });
      const files = ['answers.yaml', 'base.json.gz', 'manifest.json'];
      return files.map((file) => readFileSync(join(made, '.ml-serving', file)));
    };
    const there = await write(node, join(folder, `record-of-${line}`));
    expect(there).toEqual(await write(process.execPath, join(folder, `record-beside-${line}`)));
  }, 60_000);

  test('stamps out, installs, lints, type-checks, tests, starts and predicts', async () => {
    await must(node, [bin, directory, '--yes', '--no-git', '--set', `name=on-${line}`], { env, timeout: 300_000 });
    for (const args of [['run', 'lint'], ['run', 'typecheck'], ['test'], ['run', 'check']])
      await must('npm', args, { cwd: directory, env });
    const serving = await serve(directory, env, node);
    const { tolerance, samples } = readGolden(directory);
    const answer = await post(`${serving.url}/predict`, { instances: samples.map(({ instance }) => instance) });
    expectClose(
      (answer.body as { predictions: unknown }).predictions,
      samples.map(({ prediction }) => prediction),
      tolerance,
    );
    expect(await serving.stop()).toBe(0);
  }, 420_000);
});
