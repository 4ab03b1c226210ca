import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeRequest } from './load.mjs';
import { binaryRequest, jsonRequest, MODELS, protocolRequest } from './models.mjs';
import { startFastApi, startLitServe, startMlServer, startNative, startNodeHttp, startService } from './servers.mjs';

/** Rows of the request whose binary form is compared with its JSON. */
export const WIDE_ROWS = 32;

/**
 * What is measured: every case is a server, a request and a number of connections. Servers are started once for all cases of
 * a model, and only one of them has anything to do at a time.
 */
export async function openModel(place, model, connections, cores) {
  const ours = await startService(place, model, { cores });
  const request = (name, content) => {
    const folder = join(place.scratch, `${model}-${name}`);
    writeRequest(folder, content);
    return { path: content.path, folder };
  };
  const json = request('json', jsonRequest(model));
  const binary = request('binary', binaryRequest(model));

  const peer = await startNodeHttp(place, await keepAnswer(place, ours, model), { cores });
  const fastApi = await startFastApi(place, model, { cores });
  // Measured at 32 connections alone: what counts is their ratio.
  const fast = await startService(place, model, { cores, service: place.fastPath });
  const through = await startService(place, model, { cores, service: place.middleware });
  const native = await startNative(place, model, { cores });
  const litServe = await startLitServe(place, model, { cores });
  const mlServer = await startMlServer(place, model, { cores });
  const protocol = request('protocol', protocolRequest(model, 1));
  const servers = [ours, peer, fastApi, fast, through, native, litServe, mlServer];
  const cases = connections.flatMap((count) => [
    { key: 'json', server: ours, ...json, connections: count },
    { key: 'node', server: peer, ...json, connections: count },
    { key: 'fastapi', server: fastApi, ...json, connections: count },
    { key: 'binary', server: ours, ...binary, connections: count },
  ]);
  cases.push(
    { key: 'fast-path', server: fast, ...json, connections: 32 },
    { key: 'middleware', server: through, ...json, connections: 32 },
    { key: 'native', server: native, ...json, connections: 32 },
    { key: 'litserve', server: litServe, ...json, connections: 32 },
    { key: 'mlserver', server: mlServer, ...protocol, connections: 32 },
  );
  if (model === 'big') {
    const unbatched = await startService(place, model, { cores, contract: 'unbatched.yaml' });
    servers.push(unbatched);
    cases.push({ key: 'unbatched', server: unbatched, ...json, connections: 32 });
  }
  if (model === 'middle') {
    const wide = request('wide-json', protocolRequest(model, WIDE_ROWS));
    const wideBinary = request('wide-binary', binaryRequest(model, WIDE_ROWS));
    cases.push({ key: 'wide-json', server: ours, ...wide, connections: 32 });
    cases.push({ key: 'wide-binary', server: ours, ...wideBinary, connections: 32 });
  }
  return { model, servers, cases };
}

/** node:http answers what the service answered, byte for byte. */
async function keepAnswer(place, { url }, model) {
  const { path, headers, body } = jsonRequest(model);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  const { predictions } = JSON.parse(text);
  const sum = Object.values(predictions[0].probabilities).reduce((total, value) => total + value, 0);
  if (Object.keys(predictions[0].probabilities).length !== MODELS[model].at(-1) || Math.abs(sum - 1) > 1e-4) {
    throw new Error(`${model}: that is no answer: ${text}`);
  }
  mkdirSync(place.scratch, { recursive: true });
  const file = join(place.scratch, `${model}-answer.json`);
  writeFileSync(file, text);
  return file;
}
