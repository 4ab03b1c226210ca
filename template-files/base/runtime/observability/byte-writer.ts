const [NEW_LINE, RETURN, SPACE, POINT, ZERO] = [10, 13, 32, 46, 48];
/** Below this many milliseconds their thousandths are whole numbers of 31 bits. */
const WHOLE = 2_000_000;
/** So few letters are put down faster one by one than by a call of the runtime. */
const FEW = 32;
/** So many bytes are looked through faster by calls of the runtime. */
const MANY = 512;

/** Some of the bytes that somebody has. */
export interface ByteSpan {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A text that is the same in every line, by fours: put down in a quarter of the steps. */
export interface Piece {
  readonly words: Uint32Array;
  readonly length: number;
}

export function pieceOf(text: string): Piece {
  const bytes = Buffer.from(text);
  const padded = Buffer.concat([bytes], 4 * Math.ceil(bytes.length / 4));
  const words = Uint32Array.from({ length: padded.length / 4 }, (_, i) => padded.readUInt32LE(4 * i));
  return { words, length: bytes.length };
}

/** Some of the letters of a text. */
export interface TextSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Puts texts and numbers down as bytes, one behind the other: a string that grows piece by piece is copied again and again. Whoever
 * uses it sees to it that there is room.
 */
export class ByteWriter {
  readonly buffer: Buffer;
  private readonly view: DataView;
  /** Where the next byte goes. */
  end = 0;

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, size);
  }

  bytes(bytes: Buffer): void {
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Takes the room of whole words: up to three bytes more than it has letters. */
  piece({ words, length }: Piece): void {
    const { view, end } = this;
    for (let i = 0; i < words.length; i++) view.setUint32(end + 4 * i, words[i] as number, true);
    this.end = end + length;
  }

  /** Some bytes of a JSON text, on one line: there, line ends are mere space. */
  json({ bytes, start, end }: ByteSpan): void {
    if (end - start > MANY && !bytes.includes(NEW_LINE) && !bytes.includes(RETURN)) {
      this.bytes(bytes.subarray(start, end));
      return;
    }
    const { buffer } = this;
    let at = this.end;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      buffer[at++] = byte === NEW_LINE || byte === RETURN ? SPACE : byte;
    }
    this.end = at;
  }

  /** Letters of one byte each. */
  latin1(text: string): void {
    const { buffer, end } = this;
    const { length } = text;
    if (length > FEW) buffer.write(text, end, 'latin1');
    else for (let i = 0; i < length; i++) buffer[end + i] = text.charCodeAt(i);
    this.end = end + length;
  }

  /** Takes up to three bytes for each letter (those of four are two in a string). */
  utf8(text: string): void {
    this.end += this.buffer.write(text, this.end, 'utf8');
  }

  /** A number as JSON writes it, in thousandths at most. By whole numbers: the text of a double takes ten times as long. */
  milliseconds(ms: number): void {
    if (!(ms >= 0 && ms < WHOLE)) {
      this.latin1(JSON.stringify(Math.round(ms * 1000) / 1000));
      return;
    }
    const thousandths = (ms * 1000 + 0.5) | 0;
    const seen = (thousandths / 1000) | 0;
    this.whole(seen);
    this.decimals(thousandths - seen * 1000);
  }

  private whole(value: number): void {
    const { buffer, end } = this;
    let places = 1;
    for (let limit = 10; value >= limit; limit *= 10) places += 1;
    let rest = value | 0;
    for (let at = end + places - 1; at >= end; at--) {
      const shorter = (rest / 10) | 0;
      buffer[at] = ZERO + rest - shorter * 10;
      rest = shorter;
    }
    this.end = end + places;
  }

  /** Without zeros at the end. */
  private decimals(thousandths: number): void {
    if (thousandths === 0) return;
    const { buffer, end } = this;
    const tenths = (thousandths / 100) | 0;
    const rest = thousandths - tenths * 100;
    const hundredths = (rest / 10) | 0;
    const last = rest - hundredths * 10;
    buffer[end] = POINT;
    buffer[end + 1] = ZERO + tenths;
    buffer[end + 2] = ZERO + hundredths;
    buffer[end + 3] = ZERO + last;
    this.end = end + (last > 0 ? 4 : hundredths > 0 ? 3 : 2);
  }
}
