import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MODELS } from './models.mjs';

const SCRIPT = fileURLToPath(new URL('peers/raw-loop.mjs', import.meta.url));
const execute = promisify(execFile);

/** Rows a second of the runtime without a server, pinned to a core, by batch size. */
export async function rawLoop(place, model, core, sizes = [1, 32]) {
  const args = [SCRIPT, join(place.models, model, 'model.onnx'), MODELS[model][0], 1, ...sizes].map(String);
  const command = ['-c', String(core), process.execPath, ...args];
  return JSON.parse((await execute('taskset', command, { cwd: place.service })).stdout);
}
