import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { run } from '../support/run.ts';

/* A short run of `npm run fuzz`, and that it would notice what it looks for. */

const folder = temporaryFolder();

const fuzz = (args: readonly string[]) =>
  run(process.execPath, [join('test', 'fuzz', 'fuzz.mjs'), ...args], { cwd: repositoryRoot, timeout: 580_000 });

test('no request is a failure of the service, and the work for it is bounded by its bytes', async () => {
  const models = 'table,datatypes,refusing,unbatched,texts';
  const { code, stdout, stderr } = await fuzz(['--requests', '6000', '--models', models]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('6000 requests, 0 problems');
  // What is refused everywhere says nothing.
  for (const name of models.split(',')) {
    expect(stdout).toMatch(new RegExp(`${name}, reader own.* 200 x [1-9].* 400 x [1-9]`));
    expect(stdout).toMatch(new RegExp(`${name}, reader node.* 200 x [1-9].* 400 x [1-9]`));
  }
}, 600_000);

/** A service with one fault of each kind, of which the run knows nothing. */
const FAULTY = `
import { createServer } from 'node:http';
const input = { name: 'x', datatype: 'FP32', shape: [-1, 2] };
const metadata = { model_name: 'faulty', model_type: 'custom', inputs: [input], outputs: [{ ...input, name: 'y' }] };
createServer(async (req, res) => {
  const answer = (status, body) => res.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
  if (req.url === '/metadata') return answer(200, JSON.stringify(metadata));
  if (req.url === '/labels') return req.socket.destroy();
  if (req.url === '/openapi.json') return answer(404, 'not here');
  const body = Buffer.concat(await req.toArray().catch(() => []));
  for (let i = 0; i < body.length; i++) if (body[i] === 91) for (let j = i; j < body.length; j += 32);
  if (body.includes('1e400')) return answer(500, '{"error":"","code":"INTERNAL"}');
  return answer(200, '{}');
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`;

test('a 5xx, a silence, an error without a code and work that grows with the square are noticed', async () => {
  const directory = join(folder, 'faulty');
  mkdirSync(join(directory, 'dist'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'dist', 'server.js'), FAULTY);
  const { code, stdout } = await fuzz(['--service', directory, '--requests', '1200']);
  expect(code).toBe(1);
  for (const problem of ['work grows from', '"a 500 INTERNAL"', '"closed without an answer"', 'that is no JSON with']) {
    expect(stdout).toContain(problem);
  }
});
