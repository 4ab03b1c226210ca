import { LAYERS, type Question } from '../questions/question.ts';
import { questions } from '../questions/questions.ts';
import { answerSchema } from '../questions/schema.ts';
import { PARTS, PRESET_NAME } from './preset.ts';

/** JSON Schema (draft 2020-12) of a preset file, so that an editor completes it. */
export function presetSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Preset for create-ml-serving',
    type: 'object',
    additionalProperties: false,
    properties: {
      name: { type: 'string', pattern: PRESET_NAME.source, description: 'Who governs; stands in messages.' },
      extends: {
        type: 'string',
        minLength: 1,
        description: 'The preset that this one builds on, relative to this file.',
      },
      ...Object.fromEntries(LAYERS.map((layer) => [layer, layerSchema(layer)])),
    },
  };
}

const MEANING: Readonly<Record<(typeof PARTS)[number], string>> = {
  defaults: 'Proposed where nobody gives an answer.',
  locks: 'Cannot be answered otherwise.',
};

function layerSchema(layer: string): object {
  const own = (questions as readonly Question[]).filter((question) => question.layer === layer);
  const properties = Object.fromEntries(own.map((question) => [question.name, answerSchema(question)]));
  const part = (description: string) => ({
    anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: false, properties }],
    description,
  });
  const parts = Object.fromEntries(PARTS.map((name) => [name, part(MEANING[name])]));
  return { anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: false, properties: parts }] };
}
