import type { TensorSpec } from '../tensor.ts';
import { formatCompact } from './compact.ts';
import { featuresText } from './features.ts';
import type { Answers } from './questions.ts';

/** An answer as text that can be given again: tensors in their one-line notation, features by their names. */
export function answerText(answer: Answers[keyof Answers]): string {
  if (typeof answer !== 'object') return String(answer);
  const items: readonly (string | TensorSpec)[] = answer;
  const isNames = items.every((item) => typeof item === 'string');
  return isNames ? featuresText(items as readonly string[]) : formatCompact(items as readonly TensorSpec[]);
}
