/** A record of a CSV file (RFC 4180): its cells as bytes in latin1, or what is wrong with it. */
export interface CsvRecord {
  /** The line it begins on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly problem?: string;
}

/** What some editors put before UTF-8, read as latin1. */
const UTF8_MARK = /^\u00ef\u00bb\u00bf/;
const NO_MARK = /(?!)/;

/**
 * The records of a stream of CSV. Separators are ASCII, so the text is read as latin1: a chunk may end within a character, and
 * a record that is not UTF-8 spoils no other. Blank lines are skipped. A record that is too long is skipped without being held.
 */
export async function* readCsv(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<CsvRecord> {
  let cells: string[] = [];
  let cell = '';
  let size = 0;
  let line = 1;
  let begun = 1;
  /** `quote` = a quote within quotes: the end of them, or half of an escaped one. */
  let state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';
  let problem: string | undefined;

  const take = (): CsvRecord | undefined => {
    if (state === 'plain' && cell.endsWith('\r')) cell = cell.slice(0, -1);
    const blank = cells.length === 0 && cell === '' && state !== 'quote' && problem === undefined;
    const record = { line: begun, cells: [...cells, cell], ...(problem !== undefined && { problem }) };
    cells = [];
    cell = '';
    size = 0;
    problem = undefined;
    state = 'start';
    return blank ? undefined : record;
  };
  const add = (text: string): void => {
    size += text.length;
    if (size <= maxBytes) cell += text;
    else {
      problem ??= tooLong(maxBytes);
      cell = '';
      cells = [];
    }
  };
  const endCell = (): void => {
    size += 1;
    if (size <= maxBytes) cells.push(cell);
    else problem ??= tooLong(maxBytes);
    cell = '';
    state = 'start';
  };

  let mark = UTF8_MARK;
  for await (const chunk of chunks) {
    const text = chunk.toString('latin1').replace(mark, '');
    mark = NO_MARK;
    for (let i = 0; i < text.length; i++) {
      const char = text[i] as string;
      if (char === '\n') line += 1;
      if (state === 'quoted') {
        if (char === '"') state = 'quote';
        else {
          const end = text.indexOf('"', i);
          const piece = text.slice(i, end < 0 ? text.length : end);
          line += newlines(piece.slice(1));
          add(piece);
          i += piece.length - 1;
        }
      } else if (char === '"' && state !== 'plain') {
        if (state === 'quote') add('"');
        state = 'quoted';
      } else if (char === ',') endCell();
      else if (char === '\n') {
        const record = take();
        begun = line;
        if (record) yield record;
      } else if (state !== 'quote') {
        add(char);
        state = 'plain';
      } else if (char !== '\r') problem ??= 'expected a comma or the end of the line after a closing quote';
    }
  }
  if (state === 'quoted') problem ??= 'a quote is not closed';
  const last = take();
  if (last) yield last;
}

function tooLong(maxBytes: number): string {
  return `the record is larger than ${maxBytes} bytes (limits.maxBodyBytes)`;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
