import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/free-port.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = join(root, 'test', 'models');
const counter = fileURLToPath(new URL('count-steps.mjs', import.meta.url));

/** Models of each type, of each datatype, of free axes, without a batch axis, and one that refuses most values. */
export const MODELS = {
  table: [],
  datatypes: ['--model', join(models, 'protocol', 'datatypes.onnx')],
  refusing: ['--model', join(models, 'protocol', 'picky.onnx')],
  sequences: ['--model', join(models, 'protocol', 'sequences.onnx')],
  unbatched: ['--model', join(models, 'protocol', 'shapes.onnx')],
  regression: ['--set', 'modelType=tabular-regression'],
  texts: ['--set', 'modelType=text-classification'],
  tokens: ['--model', join(models, 'token-ids', 'model.onnx'), '--set', 'modelType=text-classification'],
  pictures: ['--set', 'modelType=image-classification'],
};

/** Requests are read by the service's own reader where they are plain, or by Node.js alone. */
export const READERS = ['own', 'node'];

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Makes the repository of a model, as a user does, ready to be started. @param cli the command line's file */
export function createRepository(cli, folder, name) {
  const directory = join(folder, name);
  run(process.execPath, [
    cli,
    directory,
    '--yes',
    '--no-git',
    '--no-install',
    '--set',
    'features=all',
    ...MODELS[name],
  ]);
  symlinkSync(dependenciesOf(directory), join(directory, 'node_modules'), 'junction');
  run('npm', ['run', 'build'], directory);
  return directory;
}

/** Installed once for each set of locked packages, in the same place as for the end-to-end tests. */
function dependenciesOf(directory) {
  const { '': _own, ...packages } = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')).packages;
  const hash = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 12);
  const folder = join(root, 'test', '.cache', `dependencies-${hash}`);
  if (!existsSync(join(folder, 'node_modules', '.package-lock.json'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      copyFileSync(join(directory, file), join(folder, file));
    }
    run('npm', ['ci', '--no-audit', '--no-fund'], folder);
  }
  return join(folder, 'node_modules');
}

/** Starts the service of a repository, with its work counted. */
export async function startService(directory, reader) {
  const port = await freePort();
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--import', counter, 'dist/server.js'], {
    cwd: directory,
    env: { ...inherited, PORT: String(port), HOST: '127.0.0.1', HTTP_READER: reader, WORKERS: '1', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
  }
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/v2/health/ready`).catch(() => ({ ok: false }))).ok) {
    if (child.exitCode !== null) throw new Error(`the service did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const metadata = await (await fetch(`${url}/metadata`)).json();
  return {
    port,
    model: { name: metadata.model_name, type: metadata.model_type, inputs: metadata.inputs, outputs: metadata.outputs },
    log: () => log,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    /** Steps since this was last asked. Rejects where the service has ended. */
    async steps() {
      if (!child.connected) throw new Error('the service has ended');
      const answer = once(child, 'message');
      child.send('steps');
      const lost = ended.then(() => {
        throw new Error('the service has ended');
      });
      const [{ steps }] = await Promise.race([answer, lost]);
      return steps;
    },
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}
