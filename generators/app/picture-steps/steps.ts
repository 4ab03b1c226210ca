import { ServingError } from '../../errors.ts';
import type { Intake } from '../../onnx/intake.ts';
import type { ProposedSchema } from '../../onnx/propose.ts';
import { mediaRules } from '../../questions/media-rules.ts';
import { firstLines, formatPath } from '../../questions/problem.ts';
import { parseTensors } from '../../questions/tensors.ts';
import type { ImageSteps, TensorSpec } from '../../tensor.ts';
import { readHuggingFace } from './huggingface.ts';
import { isSettings, type PictureInput, type Reading, type Settings } from './reading.ts';
import { readTimm } from './timm.ts';

/** Settings of the training side, and where they were found. */
export interface FoundSettings {
  readonly from: string;
  readonly text: string;
}

/** The key of a model's own metadata. */
const METADATA = 'preprocessing';

/** The model with the steps of its pictures, where its metadata or a file next to it has them. */
export function withPictureSteps(intake: Intake, near: FoundSettings | undefined): Intake {
  const { metadata } = intake.summary;
  return {
    ...intake,
    schema: withStepsOf(intake.schema, metadata, near),
    propose: (modelType) => withStepsOf(intake.propose(modelType), metadata, near),
  };
}

/**
 * A proposed schema with the steps of the model's own metadata, or of a file next to it.
 * @throws MODEL_PREPROCESSING for settings that are damaged
 */
export function withStepsOf(
  schema: ProposedSchema,
  metadata: Intake['summary']['metadata'],
  near: FoundSettings | undefined,
): ProposedSchema {
  const inside = metadata[METADATA];
  const found = inside === undefined ? near : { from: `the model's metadata (${METADATA})`, text: inside };
  return found ? applied(schema, found) : schema;
}

/** What the service cannot do is named in the notes, and the question stays open. */
function applied(schema: ProposedSchema, { from, text }: FoundSettings): ProposedSchema {
  const [input] = schema.inputs;
  if (schema.modelType !== 'image-classification' || !input) return schema;
  const reading = stepsOf(parse(text, from), input, from);
  if ('problem' in reading) {
    const note = `how pictures are prepared is not taken from ${from}: ${reading.problem}`;
    return { ...schema, notes: [...schema.notes, note] };
  }
  const image = reading.steps;
  checkSteps({ ...input, image }, from);
  return {
    ...schema,
    inputs: [{ ...input, image }, ...schema.inputs.slice(1)],
    notes: [...schema.notes, `pictures are prepared as ${from} says: ${shownSteps(image)}`],
    unknown: schema.unknown.filter(({ kind }) => kind !== 'image'),
  };
}

function stepsOf(settings: Settings, input: PictureInput, from: string): Reading {
  const timm =
    settings['pretrained_cfg'] ?? ('crop_pct' in settings && 'input_size' in settings ? settings : undefined);
  if (isSettings(timm)) return readTimm(timm, input);
  const isHuggingFace = ['image_processor_type', 'feature_extractor_type', 'do_resize', 'do_normalize'].some(
    (key) => key in settings,
  );
  if (isHuggingFace) return readHuggingFace(settings, input);
  if (from.includes(METADATA)) return { steps: settings as ImageSteps };
  return { problem: 'it has no settings of pictures' };
}

function parse(text: string, from: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(from, (cause as Error).message, cause);
  }
  if (isSettings(value)) return value;
  throw damaged(from, 'expected an object of JSON');
}

/** The model's own metadata may say what serving.yaml does not know. */
function checkSteps(input: TensorSpec, from: string): void {
  const parsed = parseTensors([input], ['inputs']);
  const problems =
    'problems' in parsed
      ? parsed.problems
      : mediaRules.flatMap(({ check }) =>
          check({ modelType: 'image-classification', inputs: parsed.value } as Parameters<typeof check>[0]),
        );
  if (problems.length === 0) return;
  throw damaged(from, firstLines(problems, ({ path, message }) => `${formatPath(path)}: ${message}`).join('; '));
}

function damaged(from: string, reason: string, cause?: unknown): ServingError {
  return new ServingError('MODEL_PREPROCESSING', `${from} cannot be used: ${reason}.`, { cause });
}

/** Steps on one line, as serving.yaml has them. */
export function shownSteps(steps: ImageSteps): string {
  return Object.entries(steps)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`)
    .join(', ');
}
