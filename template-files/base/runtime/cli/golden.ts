import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { withoutMark } from '../byte-order-mark.ts';
import { readCommandLine } from '../command-line.js';
import { type Config, loadConfig } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { addsModels, furtherModels } from '../further-models.ts';
import { type GoldenSample, parseGolden, type Question, refusalOf } from '../inference/golden.ts';
import { createPredictor, type Predictor } from '../inference/predictor.ts';
import { instanceOf } from '../inference/trial/blocks.ts';
import { scoreFindingText } from '../inference/trial/scores.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { loadHooks } from '../team.ts';

/** Only where a feature adds a second model. */
const CANDIDATE = {
  candidate: {
    type: 'boolean',
    help: "the candidate of serving.yaml's variants; as long as it has no samples, those of the model are used",
  },
} as const;

const { values } = readCommandLine({
  usage: `npm run golden [-- [--write]${addsModels() ? ' [--candidate]' : ''}]`,
  about: "Sends the golden samples to the model and shows where its answers differ from the samples'.",
  flags: {
    write: {
      type: 'boolean',
      help:
        "writes the model's answers to the golden samples; samples that it no longer takes are dropped.\n" +
        'Where it takes none of them, they are replaced by one that is made from a trial run',
    },
    ...(addsModels() ? CANDIDATE : {}),
  },
  example: 'npm run golden -- --write',
  exitCodes: { 0: 'all answers agree, or they are written', 1: 'answers differ, with the reason' },
});

/** Characters from which on the file is written without indentation. */
const COMPACT = 64 * 1024;

/** Characters of an answer that are shown. */
const BRIEF = 120;

interface Asked {
  /** With the model's own answer; undefined where it gives none. */
  readonly sample: GoldenSample | undefined;
  readonly agrees: boolean;
  readonly line: string;
}

try {
  const main = loadConfig({ ...process.env, WORKERS: '1' });
  const config = values.candidate ? candidateOf(main) : main;
  const path = config.goldenPath;
  const source = existsSync(path) ? path : main.goldenPath;
  if (!existsSync(source)) throw new ServiceError('CONFIG_INVALID', 'there is no golden.json beside the model');
  const { all, tolerance } = parseGolden(readFileSync(source, 'utf8'), basename(source));
  const predictor = createPredictor({
    config: { ...config, golden: undefined },
    metrics: createMetrics([]),
    logger: createLogger('silent'),
    hooks: await loadHooks(),
  });
  const asked: Asked[] = [];
  try {
    await predictor.start();
    for (const question of all) asked.push(await ask(predictor, question, tolerance));
    const refusesAll = asked.every(({ sample }) => !sample);
    const { ready, reason } = predictor.readiness();
    if (refusesAll && !ready) throw new ServiceError('MODEL_MISMATCH', reason);
    if (refusesAll && (values.write || all.every(isOpen))) asked.push(...(await askTrial(predictor, config)));
  } finally {
    await predictor.close();
  }
  asked.forEach(({ line }, i) => {
    console.log(`golden sample ${i}: ${line}`);
  });
  const { scores } = predictor.trial() ?? {};
  if (scores) console.log(`Mind that ${scoreFindingText(scores)}.`);
  const different = asked.filter(({ agrees }) => !agrees).length;
  if (values.write) {
    write(path, source, asked);
  } else if (different > 0) throw new ServiceError('MODEL_MISMATCH', `${different} golden samples do not agree`);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}

/** The model that a feature adds. @throws CONFIG_INVALID when there is none */
function candidateOf(main: Config): Config {
  const found = furtherModels(main).find(({ name }) => name === 'candidate');
  if (found) return found.config;
  throw new ServiceError('CONFIG_INVALID', 'serving.yaml has no variants: there is no candidate');
}

/** Where the model refuses every sample, as after a change of its inputs, the instance of a trial run says what it takes. */
async function askTrial(predictor: Predictor, { serving }: Config): Promise<readonly Asked[]> {
  const { block } = predictor.trial() ?? {};
  const instance = block && instanceOf(serving, block);
  if (!block || instance === undefined) return [];
  const asked = await ask(predictor, { instance }, 0);
  const shapes = block.tensors.map(({ dims }, i) => `${serving.inputs[i]?.name} [${dims.join(', ')}]`).join(', ');
  return [{ ...asked, line: `made from a trial run, because the model takes ${shapes}: ${asked.line}` }];
}

function isOpen(question: Question): boolean {
  return !('prediction' in question);
}

async function ask(predictor: Predictor, question: Question, tolerance: number): Promise<Asked> {
  const { instance } = question;
  try {
    const call = { deadline: performance.now() + 60_000 };
    const expected = { instance, prediction: question.prediction };
    const { prediction, agrees, difference, maxAbsDiff } = await predictor.test(expected, tolerance, call);
    const sample = { instance, prediction };
    if (isOpen(question)) return { sample, agrees: false, line: 'had no answer; the model now answers for itself' };
    const line = agrees ? `agrees (largest difference ${maxAbsDiff}): ${brief(prediction)}` : `${difference}`;
    return { sample, agrees, line };
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return { sample: undefined, agrees: false, line: `no longer an instance: ${reason}` };
  }
}

/** An answer, in as much of a line as it may take. */
function brief(prediction: unknown): string {
  const text = JSON.stringify(prediction);
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
}

function write(path: string, source: string, asked: readonly Asked[]): void {
  const samples = asked.flatMap(({ sample }) => sample ?? []);
  if (samples.length === 0) {
    const [first] = asked;
    const message = `the model answers no golden sample, so that none would be left: ${first?.line}; put an instance that it takes into ${basename(source)} and run this again`;
    throw new ServiceError('CONFIG_INVALID', message);
  }
  const before = JSON.parse(withoutMark(readFileSync(source, 'utf8'))) as object;
  const draft = `${path}.new`;
  const compact = JSON.stringify({ ...before, samples });
  // For people, as long as people would read it: a line for each number of a large tensor would make it ten times as large.
  writeFileSync(draft, `${compact.length > COMPACT ? compact : JSON.stringify({ ...before, samples }, null, 2)}\n`);
  renameSync(draft, path);
}
