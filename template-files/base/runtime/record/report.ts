import type { SampleResult } from './compare-sample.ts';
import type { TrainingRecord } from './recorded.ts';

/** A sample in lines: each step, and where the two sides part. */
export function sampleLines({ name, steps, culprit, left, isolated }: SampleResult): string[] {
  if (culprit === 'input') return [`${name}: differs: the service refuses what training took: ${isolated}`];
  const lastAgreeing = steps.findLastIndex((step) => step.name !== 'answer' && step.agrees);
  return [
    `${name}: ${culprit === undefined ? 'agrees' : `differs from ${culprit} on`}`,
    ...steps.map(({ name: step, agrees, text }, at) => {
      const isForm = !agrees && at < lastAgreeing;
      return `  ${step}: ${agrees ? 'agrees' : isForm ? 'another form, and later steps agree' : 'differs'}, ${text}`;
    }),
    ...(left.length > 0 ? [`  not compared, because the service has none: ${left.join(', ')}`] : []),
    ...(isolated === undefined ? [] : [`  ${isolated}`]),
  ];
}

/** Of a record of which all agree: how many, and where they were made. */
export function agreementLine({ samples, versions }: Pick<TrainingRecord, 'samples' | 'versions'>): string {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const origin = libraries.length > 0 ? ` (${libraries.join(', ')})` : '';
  const [noun, verb] = samples.length === 1 ? ['sample', 'agrees'] : ['samples', 'agree'];
  return `${samples.length} ${noun} of training${origin} ${verb} with the service.`;
}

/** The samples that differ in a sentence, with the first of the steps; undefined where all agree. */
export function verdict(results: readonly SampleResult[], order: readonly string[]): string | undefined {
  const differing = results.flatMap(({ culprit }) => culprit ?? []);
  if (differing.length === 0) return undefined;
  const [first] = [...differing].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return `${differing.length} of ${results.length} samples differ from training; the first step that differs is ${first}`;
}
