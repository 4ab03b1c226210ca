import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Config, contractParts, readSchema } from '../config.ts';
import { editOutputs, type OutputEdit } from '../contract/edit.ts';
import { readServing } from '../contract/read.ts';
import { createPool } from '../inference/pool.ts';
import { graphOf, inspectModel, workerOptions } from '../inference/startup.ts';
import { trialBlocks } from '../inference/trial/blocks.ts';
import { allOutputs, findTrial, refinedShape, tryScores } from '../inference/trial/run.ts';
import { outputsWithoutRows, scoreFindingText } from '../inference/trial/scores.ts';

/** Somebody who gave answers with probabilities has said what the values are to be called. */
function namesProbabilities(golden: Config['golden']): boolean {
  return (golden?.samples ?? []).some(
    ({ prediction }) => typeof prediction === 'object' && prediction !== null && 'probabilities' in prediction,
  );
}

/**
 * Writes into serving.yaml what the model shows of its outputs and its file does not tell: their shapes, and that scores are no
 * probabilities. Nothing is written that serving.yaml could not be read with.
 * @returns what was written, a line each
 */
export async function refineServing(config: Config): Promise<string[]> {
  const { serving, servingPath: path } = config;
  const { metadata } = await inspectModel(config);
  const pool = createPool({ ...workerOptions(config), workers: 1 });
  const edits: OutputEdit[] = [];
  const lines: string[] = [];
  try {
    const graph = graphOf(await pool.loaded);
    const found = await findTrial(pool, trialBlocks(serving, metadata), allOutputs(serving));
    for (const [output, { name, datatype, shape, labels }] of serving.outputs.entries()) {
      const actual = graph.outputs.find((one) => one.name === name);
      if (actual?.datatype !== datatype) continue;
      const answered = found.kind === 'found' ? found.answers[output]?.dims : undefined;
      const value = refinedShape(shape, actual, answered);
      // As many names as values: that is for somebody who knows the names.
      if (String(value) === String(shape) || (labels && value.at(-1) !== labels.length)) continue;
      edits.push({ output, key: 'shape', value });
      lines.push(
        `outputs[${output}].shape: "${name}" was [${shape.join(', ')}] and is [${value.join(', ')}], as in the model`,
      );
    }
    // Predictions of the other types are rows: there the check says what to do.
    const whole =
      found.kind === 'found' && serving.model.type === 'custom'
        ? await outputsWithoutRows(pool, serving, found.block)
        : [];
    for (const output of whole) {
      edits.push({ output, key: 'perRow', value: 'false' });
      const name = serving.outputs[output]?.name;
      lines.push(`outputs[${output}].perRow: false, because the first axis of "${name}" is not that of the rows`);
    }
    const scores = found.kind === 'found' ? await tryScores({ pool, serving, metadata }, found.block) : undefined;
    if (scores?.activation && !namesProbabilities(config.golden)) {
      edits.push({ output: scores.output, key: 'activation', value: scores.activation });
      lines.push(`outputs[${scores.output}].activation: ${scores.activation}, because ${scoreFindingText(scores)}`);
    }
  } finally {
    await pool.close();
  }
  if (edits.length === 0) return [];
  const text = editOutputs(readFileSync(path, 'utf8'), edits);
  readServing(text, readSchema(), 'serving.yaml', contractParts());
  const draft = `${path}.new`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return lines;
}
