import type { ProposedSchema } from './propose.ts';

type Activation = 'softmax' | 'sigmoid' | undefined;

/**
 * The proposal as samples with the training library's answers have it: who answers with probabilities has said that scores are to
 * become probabilities, or that they are some.
 */
export function withGoldenScores(schema: ProposedSchema, golden: string): ProposedSchema {
  const chosen = activationOf(golden);
  if (chosen === undefined || !schema.outputs.some(({ activation }) => activation === 'none')) return schema;
  return {
    ...schema,
    outputs: schema.outputs.map((output) => {
      if (output.activation !== 'none') return output;
      const { activation: _, ...rest } = output;
      const step: Activation = !chosen.areProbabilities ? undefined : output.multiLabel ? 'sigmoid' : 'softmax';
      return { ...rest, ...(step && { activation: step }) };
    }),
    unknown: schema.unknown.filter(({ kind }) => kind !== 'activation'),
  };
}

/** Undefined where no answer has probabilities. */
function activationOf(golden: string): { readonly areProbabilities: boolean } | undefined {
  const { samples = [] } = JSON.parse(golden) as { samples?: { prediction?: { probabilities?: object } }[] };
  const given = samples.flatMap(({ prediction }) => prediction?.probabilities ?? []);
  if (given.length === 0) return undefined;
  const values = given.flatMap((probabilities): unknown[] => Object.values(probabilities));
  return { areProbabilities: values.every((value) => typeof value === 'number' && value >= 0 && value <= 1) };
}
