import { isDeepStrictEqual } from 'node:util';
import { shownSteps } from '../generators/app/picture-steps/steps.ts';
import { type Intake, linkTexts } from '../generators/onnx/intake.ts';
import type { InterfaceChange } from '../generators/onnx/interface.ts';
import { mixingNotes, type ProposedSchema } from '../generators/onnx/propose.ts';
import type { ServingFile } from '../generators/render/serving-file.ts';
import { type LimitChange, limitTexts } from '../generators/render/serving-limits.ts';
import type { Unknown } from '../generators/tensor.ts';

/** What the release of a model means for clients, line by line. */
export function releaseReport(
  before: ServingFile,
  intake: Intake,
  proposed: ProposedSchema,
  change: InterfaceChange,
  version: string,
  limits: readonly LimitChange[],
): string[] {
  const breaks = change.differences.length > 0;
  const meaning = before.placeholder
    ? 'the first model, in the place of the placeholder'
    : breaks
      ? 'major: clients have to change'
      : 'minor: the same interface, clients need not change';
  const { modelType } = intake.schema;
  return [
    ...intake.changes,
    ...linkTexts(intake.externalData),
    `${before.version} -> ${version}, ${meaning}`,
    ...change.differences.map((difference) => `  ${difference}`),
    ...pictureChanges(proposed, change).map((line) => `  ${line}`),
    ...mixingNotes(intake.summary).map((line) => `  ${line}`),
    ...(intake.summary.textNotes ?? []).map((line) => `  ${line}`),
    ...caseNotes(change, intake).map((line) => `  ${line}`),
    ...limitTexts(limits).map((line) => `  ${line}`),
    ...leftOpen(proposed, change).map(({ path, question }) => `  to be filled in: ${question} (${path})`),
    ...(breaks && modelType !== before.type
      ? [`  it looks like ${modelType}, and serving.yaml says ${before.type}`]
      : []),
  ];
}

/** Small letters that were right for the release before say nothing to a model that was trained with capitals. */
function caseNotes({ inputs }: InterfaceChange, { summary }: Intake): string[] {
  if (!summary.capitals || !inputs.some(({ text }) => text?.lowercase)) return [];
  return ['its vocabulary has capital letters, and text.lowercase in serving.yaml makes small ones of them: remove it'];
}

/** Steps of pictures that came with the model and are not the ones that serving.yaml keeps. */
function pictureChanges({ inputs }: ProposedSchema, change: InterfaceChange): string[] {
  return inputs.flatMap(({ name, image }) => {
    const kept = change.inputs.find((input) => input.name === name)?.image;
    if (image === undefined || isDeepStrictEqual(image, kept)) return [];
    const before = kept ? shownSteps(kept) : 'nothing';
    return [
      `pictures of the training: ${shownSteps(image)}. serving.yaml keeps ${before} (inputs of ${name}, image): compare them`,
    ];
  });
}

/** What neither the model nor the release before it tells. */
function leftOpen({ inputs, outputs, unknown }: ProposedSchema, change: InterfaceChange): Unknown[] {
  const proposed = new Set<unknown>([...inputs, ...outputs]);
  const stillProposed = (side: 'inputs' | 'outputs') =>
    (side === 'inputs' ? inputs : outputs).map(({ name }) =>
      proposed.has(change[side].find((tensor) => tensor.name === name)),
    );
  const open = { inputs: stillProposed('inputs'), outputs: stillProposed('outputs') };
  return unknown.filter(({ path }) => {
    const place = /^(inputs|outputs)\[(\d+)\]/.exec(path);
    return place !== null && open[place[1] as 'inputs' | 'outputs'][Number(place[2])];
  });
}
