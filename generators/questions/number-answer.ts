import { type Parsed, show } from './problem.ts';
import type { NumberQuestion } from './question.ts';

/** A number, or the text of one as a flag or a prompt gives it; as plain digits, for it ends up in files. */
export function parseNumber({ name, min, max, digits }: NumberQuestion, value: unknown): Parsed<number> {
  const plain = new RegExp(`^\\d{1,9}${digits > 0 ? `(\\.\\d{1,${digits}})?` : ''}$`);
  const found = plain.test(String(value)) && typeof value !== 'object' ? Number(value) : Number.NaN;
  if (found >= min && found <= max) return { value: found };
  const kind = digits > 0 ? `a number with at most ${digits} digits after the point` : 'a whole number';
  return { problems: [{ path: [name], message: `expected ${kind} from ${min} to ${max}; found ${show(value)}` }] };
}
