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
  const python = makePython();
  makeModels(python, models);
  return { service: stampOut(), models, scratch, python };
}

function makePython() {
  const requirements = join(here, 'requirements.txt');
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

/** Stamped out with the default answers, so that the template's own dependencies are exactly its dependencies. */
function stampOut() {
  const service = join(cache, 'service');
  rmSync(service, { recursive: true, force: true });
  const base = join(root, 'template-files', 'base');
  if (!existsSync(join(base, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], base);
  run('npm', ['run', 'build']);
  run(process.execPath, [join('dist', 'create-ml-serving.js'), service, '--yes', '--no-git', '--no-install']);
  symlinkSync(join(base, 'node_modules'), join(service, 'node_modules'));
  run('npm', ['run', 'build'], service);
  return service;
}
