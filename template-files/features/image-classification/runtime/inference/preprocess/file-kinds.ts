/** What a file is by the bytes that it begins with, whatever its name or its sender says. */
export interface FileKind {
  readonly name: string;
  /** The library knows more formats than are served, some of them dangerous. */
  readonly isServed: boolean;
}

const LONGEST_HEAD = 12;

const SERVED: readonly { readonly name: string; readonly is: (head: Buffer) => boolean }[] = [
  { name: 'jpeg', is: (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
  { name: 'png', is: (head) => head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')) },
  { name: 'webp', is: (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP' },
];

/** Files that clients send by mistake, by the text at an offset. They are named in the error. */
const OTHERS: readonly { readonly name: string; readonly text: string; readonly offset?: number }[] = [
  { name: 'a GIF file', text: 'GIF8' },
  { name: 'a TIFF file', text: 'II*\0' },
  { name: 'a TIFF file', text: 'MM\0*' },
  { name: 'a BMP file', text: 'BM' },
  { name: 'an AVIF or HEIC file', text: 'ftyp', offset: 4 },
  { name: 'a JPEG XL file', text: '\xff\x0a' },
  { name: 'a JPEG XL file', text: 'JXL ', offset: 4 },
  { name: 'a JPEG 2000 file', text: 'jP  ', offset: 4 },
  { name: 'a PDF file', text: '%PDF' },
  { name: 'an SVG or HTML file', text: '<' },
];

export function kindOf(file: Uint8Array): FileKind {
  const head = Buffer.from(file.subarray(0, LONGEST_HEAD));
  const served = SERVED.find(({ is }) => is(head));
  if (served) return { name: served.name, isServed: true };
  const text = head.toString('latin1');
  const other = OTHERS.find(({ text: start, offset = 0 }) => text.startsWith(start, offset));
  return { name: other?.name ?? 'something else', isServed: false };
}
