import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { stampOut } from './support/stamp-out.ts';
import { CTRL_C, type Terminal, terminalOf } from './support/terminal.ts';

/* `npm run dev` and `npm start` as a person sees them. */

const directory = join(temporaryFolder(), 'daily');
const env = { PORT: '0', HOST: '127.0.0.1', NO_COLOR: '1' };
const npm = (...args: string[]) => terminalOf('npm', args, { cwd: directory, env, patienceMs: 100_000 });

/** Waits for the lines that name the service, and returns its address. */
async function readyAt(person: Terminal): Promise<string> {
  await person.see('daily 1.0.0  http://127.0.0.1:');
  await person.see('next: npm run predict -- --url http://127.0.0.1:');
  const [url = ''] =
    person
      .screen()
      .match(/http:\/\/127\.0\.0\.1:\d+(?=\r?\n)/g)
      ?.slice(-1) ?? [];
  expect((await fetch(`${url}/predict/test`)).status).toBe(200);
  return url;
}

/** No client can connect any more. */
async function expectEnded(person: Terminal, url: string): Promise<void> {
  person.type(CTRL_C);
  await person.see('stopped');
  await person.ended();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
}

beforeAll(() => stampOut(directory, ['name=daily', 'modelName=daily']), 600_000);

test('npm run dev starts again after each change, goes on where it does not compile, and ends with Ctrl-C', async () => {
  const person = npm('run', 'dev');
  await readyAt(person);

  const hook = join(directory, 'src/hooks/postprocess.ts');
  appendFileSync(hook, '\nexport const broken: number = "text";\n');
  await person.see('postprocess.ts');
  await person.see("Type 'string' is not assignable to type 'number'");
  await person.see('the service goes on as it is');

  const text = readFileSync(hook, 'utf8').replace(/\nexport const broken.*\n/, '');
  const defect = `export const postprocess: Postprocess | undefined = definePostprocess(() => {
  throw new Error('a defect of the team');
});`;
  const example = text
    .replace('import type { Postprocess }', 'import { definePostprocess, type Postprocess }')
    .replace(/^export const postprocess.*$/m, defect);
  writeFileSync(hook, example);
  const url = await readyAtWithoutPrediction(person);
  const body = JSON.stringify({ instances: [[1, 2, 3, 4]] });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/predict`, { method: 'POST', headers, body })).status).toBe(500);
  // The line of the source, not of what was compiled.
  await person.see(
    `src/hooks/postprocess.ts:${1 + example.split('\n').findIndex((line) => line.includes('a defect'))}:`,
  );

  writeFileSync(hook, text);
  await readyAt(person);
  const contract = readFileSync(join(directory, 'serving.yaml'), 'utf8');
  writeFileSync(join(directory, 'serving.yaml'), contract.replace(/^model:/m, 'modell:'));
  await person.see('serving.yaml:');
  await person.see('it starts again after the next change');
  writeFileSync(join(directory, 'serving.yaml'), contract);
  await expectEnded(person, await readyAt(person));
}, 300_000);

async function readyAtWithoutPrediction(person: Terminal): Promise<string> {
  await person.see('next: ');
  return (
    person
      .screen()
      .match(/http:\/\/127\.0\.0\.1:\d+(?=\r?\n)/g)
      ?.at(-1) ?? ''
  );
}

test('npm start has readable lines and the address in a terminal', async () => {
  const person = npm('start');
  const url = await readyAt(person);
  expect(person.screen()).toMatch(/INFO.*: ready \{"model":"daily"/);
  expect(person.screen()).not.toContain('{"level":30');
  await expectEnded(person, url);
}, 300_000);
