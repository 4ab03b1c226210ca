/** Text as lines, apart from how lines end: a Windows checkout must not look like an edit of every line. */
export interface Text {
  readonly lines: readonly string[];
  /** The end of each line as it stood; the last is empty where the file does not end with a line break. */
  readonly ends: readonly string[];
  readonly bom: boolean;
}

const BOM = '\ufeff';

/** Decodes UTF-8 text; null for everything else, which is merged as binary. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Whether a text is another one but for what a Windows checkout makes of the ends of its lines. */
export function isCheckoutOf(found: Uint8Array | null, written: Uint8Array | null): boolean {
  const [own, plain] = [found, written].map((bytes) => bytes && decodeText(bytes));
  return typeof own === 'string' && own.replaceAll('\r\n', '\n') === plain;
}

/** Takes a text apart. */
export function splitText(source: string): Text {
  const bom = source.startsWith(BOM);
  const lines: string[] = [];
  const ends: string[] = [];
  for (const [whole] of (bom ? source.slice(1) : source).matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const end = whole.endsWith('\r\n') ? '\r\n' : whole.endsWith('\n') ? '\n' : '';
    lines.push(whole.slice(0, whole.length - end.length));
    ends.push(end);
  }
  return { lines, ends, bom };
}

/** The line end a text uses most; new lines take it. */
export function usualEnd(text: Text): '\n' | '\r\n' {
  const windows = text.ends.filter((end) => end === '\r\n').length;
  return windows * 2 > text.lines.length ? '\r\n' : '\n';
}

/** Whether the last line is ended. An empty file counts as ended: it has no line to end. */
export function isEnded(text: Text): boolean {
  return text.ends.at(-1) !== '';
}

/** Decides a property that can only be one way or the other, as both sides changed or kept it. */
export function threeWay<T>(base: T, yours: T, theirs: T): T {
  return yours === base ? theirs : yours;
}
