import { createReadStream, existsSync, renameSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { readCommandLine } from '../../../command-line.js';
import { loadConfig } from '../../../config.ts';
import { ServiceError } from '../../../errors.ts';
import { createPredictor } from '../../../inference/predictor.ts';
import { createLogger } from '../../../observability/logger.ts';
import { createMetrics } from '../../../observability/metrics.ts';
import { loadHooks } from '../../../team.ts';
import { referencePath } from '../file.ts';
import { makeReference } from '../make.ts';
import { writeReference } from '../reference.ts';
import { writeReport } from '../report/write.ts';
import { type TooSmall, tooSmallFor } from '../size.ts';
import { readTrainingRows } from '../training-rows.ts';

const COMMAND = {
  usage: 'npm run reference -- <file.csv or file.jsonl>',
  about:
    'Reads training data, sends it to the model and writes model/reference.json, with which live features and\n' +
    'predictions are compared, docs/data-report.html with the distributions, and the part of docs/MODEL_CARD.md\n' +
    'about the data. Rows are what serving.yaml describes, after your preprocess hook. The file is read\n' +
    'as a stream: its size does not matter.',
  positionals: true,
  example: 'npm run reference -- training.csv',
  exitCodes: { 0: 'written', 1: 'a row, the file or the model is wrong; nothing is written' },
} as const;
/** Rows that share a run: nobody waits for one of them alone. */
const MAX_BATCH = 256;

function warn(rows: number, { columns, needed }: TooSmall, what: string): void {
  if (columns.length === 0) return;
  const shown = columns.slice(0, 5).join(', ') + (columns.length > 5 ? ` and ${columns.length - 5} more` : '');
  console.warn(`warning: ${rows} rows are few: of ${shown} ${what}. It takes ${needed} rows or more.`);
}

const { positionals } = readCommandLine(COMMAND);

try {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new ServiceError('DATA_INVALID', `usage: ${COMMAND.usage}`);
  if (!existsSync(file))
    throw new ServiceError('DATA_INVALID', `${file}: there is no such file. usage: ${COMMAND.usage}`);
  const config = loadConfig();
  const { mode } = config.serving.batching;
  const batching = { mode, maxBatchSize: MAX_BATCH, maxDelayMs: 0, oversized: 'split', stated: [] } as const;
  const serving = { ...config.serving, batching };
  const predictor = createPredictor({
    config: { ...config, serving },
    metrics: createMetrics([]),
    logger: createLogger('silent'),
    hooks: await loadHooks(),
  });
  try {
    await predictor.start();
    const { ready, reason } = predictor.readiness();
    if (!ready) throw new ServiceError('MODEL_MISMATCH', reason);
    const chunks = createReadStream(file, { highWaterMark: 256 * 1024 });
    const made = await makeReference(
      readTrainingRows(file, chunks, serving),
      serving,
      predictor,
      basename(file),
      config.folder,
    );
    const { reference, invalid } = made;
    const path = referencePath(config);
    const draft = `${path}.new`;
    writeFileSync(draft, writeReference(reference));
    renameSync(draft, path);
    for (const [what, count] of invalid) console.log(`${what}: ${count} values`);
    const { rows, features, outputs } = reference;
    console.log(`${relative('.', path)}: ${rows} rows, ${features.length} features, ${outputs.length} outputs.`);
    for (const written of writeReport(config, made, basename(file))) console.log(`${relative('.', written)}: written.`);
    const { any, slight } = tooSmallFor(reference);
    warn(rows, any, 'no drift can be told from chance, so none is shown');
    warn(rows, slight, 'only strong drift can be told from chance');
  } finally {
    await predictor.close();
  }
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.message}\n(${error.code})`);
  process.exitCode = 1;
}
