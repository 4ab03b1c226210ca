import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../scripts/free-port.mjs';

const PEERS = fileURLToPath(new URL('peers', import.meta.url));
const READY_WITHIN_MS = 30_000;

/** How a repository starts its server: with which flags of V8. */
function startFlags(service) {
  const { scripts } = JSON.parse(readFileSync(join(service, 'package.json'), 'utf8'));
  return scripts.start.split(' ').filter((part) => part.startsWith('--'));
}

/** Starts the stamped-out server as its container does; its log goes to a file, as a container's does. */
export function startService(place, model, { cores, env = {}, contract = 'serving.yaml', service = place.service }) {
  return start('create-ml-serving', [process.execPath, ...startFlags(service), 'dist/server.js'], {
    cores,
    cwd: service,
    log: join(place.scratch, 'service.log'),
    ready: '/v2/health/ready',
    // Without a model it is the repository's own sample.
    env: { ...(model ? { SERVING_CONFIG: join(place.models, model, contract) } : {}), NODE_ENV: 'production', ...env },
  });
}

export function startNodeHttp(place, answerFile, { cores }) {
  return start('node:http', [process.execPath, join(PEERS, 'node-http.mjs'), '$PORT', answerFile], {
    cores,
    cwd: place.scratch,
    log: join(place.scratch, 'node-http.log'),
    ready: '/',
  });
}

export function startFastApi(place, model, { cores }) {
  const flags = ['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'warning'];
  return start('FastAPI', [place.python, '-m', 'uvicorn', 'fastapi_app:app', '--port', '$PORT', ...flags], {
    cores,
    cwd: PEERS,
    log: join(place.scratch, 'fastapi.log'),
    ready: '/v2/health/ready',
    env: { MODEL: join(place.models, model, 'model.onnx'), PYTHONDONTWRITEBYTECODE: '1' },
  });
}

export function startNative(place, model, { cores }) {
  return start('native (axum)', [place.native], {
    cores,
    cwd: place.scratch,
    log: join(place.scratch, 'native.log'),
    ready: '/v2/health/ready',
    env: { MODEL: join(place.models, model, 'model.onnx'), ORT_DYLIB_PATH: place.runtime },
  });
}

export function startLitServe(place, model, { cores }) {
  return start('LitServe', [place.peersPython, join(PEERS, 'litserve_app.py')], {
    cores,
    cwd: place.scratch,
    log: join(place.scratch, 'litserve.log'),
    ready: '/health',
    env: { MODEL: join(place.models, model, 'model.onnx') },
  });
}

/** MLServer reads its models from a folder; the ports of gRPC and metrics are taken as well. */
export async function startMlServer(place, model, { cores }) {
  const folder = join(place.scratch, `mlserver-${model}`);
  cpSync(join(PEERS, 'mlserver'), folder, { recursive: true });
  writeFileSync(
    join(folder, 'model-settings.json'),
    JSON.stringify({ name: model, implementation: 'runtime.OnnxModel' }),
  );
  const [grpc, metrics] = [await freePort(), await freePort()];
  return start('MLServer', [join(dirname(place.peersPython), 'mlserver'), 'start', '.'], {
    cores,
    cwd: folder,
    log: join(place.scratch, 'mlserver.log'),
    ready: `/v2/models/${model}/ready`,
    env: {
      MODEL: join(place.models, model, 'model.onnx'),
      MLSERVER_GRPC_PORT: String(grpc),
      MLSERVER_METRICS_PORT: String(metrics),
    },
    portVariable: 'MLSERVER_HTTP_PORT',
  });
}

/** Starts a server on some cores and waits until it is ready. */
async function start(name, command, { cores, cwd, log, ready, env = {}, portVariable = 'PORT' }) {
  const port = await freePort();
  const [first, ...rest] = command.map((part) => (part === '$PORT' ? String(port) : part));
  const file = openSync(log, 'a');
  const started = performance.now();
  const child = spawn('taskset', ['-c', cores, first, ...rest], {
    cwd,
    env: { ...process.env, [portVariable]: String(port), ...env },
    stdio: ['ignore', file, file],
  });
  const url = `http://127.0.0.1:${port}`;
  while ((await statusOf(`${url}${ready}`)) !== 200) {
    if (child.exitCode !== null) throw new Error(`${name} ended before it was ready: see ${log}`);
    if (performance.now() - started > READY_WITHIN_MS) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not become ready: see ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    name,
    url,
    /** The file that has what it prints, and what others print that were started in this place. */
    log,
    // taskset replaces itself by the command.
    pid: child.pid,
    readyMs: performance.now() - started,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function statusOf(url) {
  const response = await fetch(url).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status;
}
