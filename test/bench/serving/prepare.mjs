import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { contractOf, layers, MODELS } from './models.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const cache = join(root, 'test', '.cache', 'bench-serving');

function run(command, args, cwd = root) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Contracts beside the model: the default one, and those that a comparison changes something in. */
const CONTRACTS = {
  'serving.yaml': {},
  'unbatched.yaml': { batching: { maxBatchSize: 1 } },
};

/** Everything that is measured, made where it is missing: the Python, the models and a stamped-out repository of this very version. */
export function prepare() {
  const models = join(cache, 'models');
  const scratch = join(cache, 'scratch');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const python = makePython('requirements.txt');
  const peersPython = makePython('requirements-peers.txt');
  makeModels(python, models);
  return { ...services(), models, scratch, python, peersPython, native: makeNative(), runtime: libraryIn(peersPython) };
}

function makePython(file) {
  const requirements = join(here, file);
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cache, `python-${hash}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, '.complete');
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    run('python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    writeFileSync(complete, '');
  }
  return python;
}

/** The native peer, built by cargo where it is missing or older than its sources. */
function makeNative() {
  const crate = join(here, 'peers', 'native');
  const target = join(cache, 'native');
  run('cargo', ['build', '--quiet', '--release', '--target-dir', target], crate);
  return join(target, 'release', 'native-peer');
}

/** ONNX Runtime's library in the wheel of a Python: the native peer loads it. */
function libraryIn(python) {
  const show =
    'import onnxruntime, pathlib; print(*pathlib.Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so*"))';
  return execFileSync(python, ['-c', show], { encoding: 'utf8' }).trim().split(' ')[0];
}

function makeModels(python, folder) {
  const missing = Object.keys(MODELS).filter((model) => !existsSync(join(folder, model, 'model.onnx')));
  if (missing.length > 0) {
    run(python, [join(here, 'models.py'), folder, ...missing.map((model) => `${model}=${layers(model)}`)]);
  }
  for (const model of Object.keys(MODELS)) {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, model, 'model.onnx')))
      .digest('hex');
    for (const [file, changes] of Object.entries(CONTRACTS)) {
      writeFileSync(join(folder, model, file), stringify(contractOf(model, sha256, changes)));
    }
  }
}

/** Repositories with the default answers, with the feature http-fast-path, and with a middleware of the team's. */
function services() {
  run('npm', ['run', 'build']);
  return {
    service: createService('service', []),
    fastPath: createService('fast-path', ['--set', 'features=page,http-fast-path']),
    middleware: createService('middleware', [], (folder) => writeFileSync(join(folder, 'src', 'app.ts'), MIDDLEWARE)),
  };
}

/** The smallest middleware there is: every request goes through Express. */
const MIDDLEWARE = `import type { Configure } from '#runtime/api';

export const configure: Configure = (app) => {
  app.use((_req, _res, next) => next());
};
`;

/** The template's own dependencies are more than its dependencies: they serve for all. */
function createService(name, flags, change = () => {}) {
  const service = join(cache, name);
  rmSync(service, { recursive: true, force: true });
  const base = join(root, 'template-files', 'base');
  if (!existsSync(join(base, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], base);
  const create = [join('dist', 'create-ml-serving.js'), service, '--yes', '--no-git', '--no-install'];
  run(process.execPath, [...create, ...flags]);
  symlinkSync(join(base, 'node_modules'), join(service, 'node_modules'));
  change(service);
  run('npm', ['run', 'build'], service);
  return service;
}
