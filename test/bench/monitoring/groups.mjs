import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { jsonRequest } from '../serving/models.mjs';

/** What is compared, as data: groups of cases, each case beside the first of its group. */

/** Of the template: with a reference of its training data, and a second version. */
const sample = fileURLToPath(new URL('../../../template-files/base/test/fixtures/sample', import.meta.url));

/** Relative to the service's own folder. */
export const LOG_FILE = 'predictions.jsonl';
const FULL_LOG = { predictionLog: { mode: 'full' } };
const FULL_LOG_FILE = { predictionLog: { mode: 'full', to: 'file', path: LOG_FILE } };
const candidate = { version: '2.0.0', file: 'model/candidate.onnx' };
const UNWATCHED = { feedback: { maxPredictions: 0 } };

/**
 * The sample service with one thing after the other, beside the plain service, which has neither a reference nor a memory of its
 * predictions nor a line for each request: next to the least that a request can cost, everything else is dearest.
 */
const WATCHED = {
  name: 'sample',
  env: { ACCESS_LOG: 'off' },
  cases: [
    { name: 'nothing watched', reference: false, changes: UNWATCHED },
    { name: 'drift counters', reference: true, changes: UNWATCHED },
    { name: 'drift counters and feedback (the default)', reference: true, changes: {} },
    {
      name: 'prediction log, 1 % of the requests',
      reference: false,
      changes: { ...UNWATCHED, predictionLog: { mode: 'sampled' } },
    },
    { name: 'prediction log, full', reference: false, changes: { ...UNWATCHED, ...FULL_LOG } },
    {
      name: 'a shadow of 1 % of the requests',
      reference: false,
      changes: { ...UNWATCHED, variants: { mode: 'shadow', weight: 1, candidate } },
    },
  ],
};

/** What turning the full log on costs a service that is otherwise as it starts by default: on standard output, its default, and in a file. */
const logOf = (name) => ({
  name,
  env: {},
  cases: [
    { name: 'as it starts by default', reference: true, changes: {} },
    { name: 'the same with the full prediction log', reference: true, changes: FULL_LOG },
    { name: 'the same with that log in a file', reference: true, changes: FULL_LOG_FILE },
  ],
});

export const GROUPS = { watched: WATCHED, logged: ['sample', 'middle', 'big'].map(logOf) };

/** Puts the model and the contract of a case into a new folder. */
export function writeCase(folder, model, { reference, changes }, { models }) {
  cpSync(model === 'sample' ? sample : join(models, model), folder, { recursive: true });
  if (!reference) rmSync(join(folder, 'model/reference.json'));
  const file = join(folder, 'serving.yaml');
  const contract = { ...parse(readFileSync(file, 'utf8')), ...changes };
  if (contract.variants) {
    const digest = execFileSync('sha256sum', [join(folder, candidate.file)], { encoding: 'utf8' }).slice(0, 64);
    contract.variants = { ...contract.variants, candidate: { ...candidate, sha256: digest } };
  }
  writeFileSync(file, stringify(contract));
}

/** A request for one row. */
export function requestOf(model) {
  if (model !== 'sample') return jsonRequest(model);
  const { samples } = JSON.parse(readFileSync(join(sample, 'model/golden.json'), 'utf8'));
  const body = JSON.stringify({ instances: [samples[1].instance] });
  return { path: '/predict', headers: { 'Content-Type': 'application/json' }, body };
}
