import { parse, stringify } from 'yaml';
import { sha256 } from '../hash.ts';

/** Far above any answers or policy. */
const LARGEST = 1024 * 1024;

/** Text with the ends of line that the record is written with. */
export function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** The lines of comment at the start of a file, without what a formatter puts between them. */
function headerOf(text: string): string {
  const lines: string[] = [];
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    if (line.startsWith('#')) lines.push(`${line.trimEnd()}\n`);
    else if (line.trim() !== '' && line.trimEnd() !== '---') break;
  }
  return lines.join('');
}

/**
 * Whether a YAML file of the record still means what was written. Ends of line, comments, quotes and indentation make no
 * difference: the file is brought back to the form that it was written in, and compared by its hash.
 * @param hash of the file as it was written
 * @param header the comment that is written above the values today; that of an older version is taken from the file itself
 */
export function isAsWritten(text: string, hash: string, header: string): boolean {
  const plain = withoutReturns(text);
  if (sha256(Buffer.from(plain)) === hash) return true;
  if (plain.length > LARGEST) return false;
  try {
    const values = stringify(parse(plain, { maxAliasCount: 0, logLevel: 'error' }), { lineWidth: 0 });
    return [headerOf(plain), header].some((above) => sha256(Buffer.from(above + values)) === hash);
  } catch {
    return false;
  }
}
