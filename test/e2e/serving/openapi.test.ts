import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { everyDatatype, serveModel } from '../support/model.ts';
import { npmTool } from '../support/npm-tool.ts';
import { must, run } from '../support/run.ts';
import { type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* /openapi.json, judged by Redocly's linter with its recommended rules. */

const folder = temporaryFolder();
const directory = join(folder, 'described');
let redocly = '';

beforeAll(async () => {
  redocly = join(await npmTool('@redocly/cli', '2.77.0'), 'bin', 'cli.js');
  await stampOut(directory);
  await must('npm', ['run', 'build'], { cwd: directory });
}, 600_000);

/** Who licenses a model's interface is not known here. */
const RULES = ['--skip-rule', 'info-license'];

async function lint(document: unknown) {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const args = [redocly, 'lint', '--format', 'json', ...RULES, file];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
    cwd: folder,
  });
  const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

async function documentOf(serving: Serving): Promise<Record<string, unknown>> {
  try {
    return (await (await fetch(`${serving.url}/openapi.json`)).json()) as Record<string, unknown>;
  } finally {
    await serving.stop();
  }
}

test('of a classifier and of a model with every datatype, without a complaint', async () => {
  expect(await lint(await documentOf(await serve(directory)))).toEqual([]);
  expect(await lint(await documentOf(await serveModel(directory, everyDatatype)))).toEqual([]);
}, 120_000);

test('the linter sees a broken document', async () => {
  const document = await documentOf(await serve(directory));
  const broken = { ...document, paths: { '/predict': { post: { responses: { 200: { content: {} } } } } } };
  expect((await lint(broken)).length).toBeGreaterThan(0);
}, 120_000);
