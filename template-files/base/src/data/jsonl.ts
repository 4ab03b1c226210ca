import { ServiceError } from '../errors.ts';

/** The longest line: an instance may be a picture. */
const MAX_LINE = 256 * 1024 * 1024;

/** Reads a JSON value from each line as it comes, some at a time; blank lines are passed over. */
export async function* readJsonLines(chunks: AsyncIterable<string>): AsyncGenerator<readonly unknown[]> {
  let rest = '';
  let line = 0;
  const parse = (text: string): unknown[] => {
    line += 1;
    if (text.trim() === '') return [];
    try {
      return [JSON.parse(text)];
    } catch (error) {
      throw new ServiceError('DATA_INVALID', `line ${line}: expected JSON: ${(error as Error).message}`);
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + (line === 0 && rest === '' ? chunk.replace(/^\uFEFF/, '') : chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new ServiceError('DATA_INVALID', `line ${line + 1}: is too long`);
    const values = lines.flatMap(parse);
    if (values.length > 0) yield values;
  }
  const last = parse(rest);
  if (last.length > 0) yield last;
}
