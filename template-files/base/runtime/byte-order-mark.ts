/** Some editors and libraries begin UTF-8 with a byte order mark. It is no part of the text: JSON.parse and others refuse it. */

/** A text without the mark that it may begin with. */
export function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** UTF-8 without the mark that it may begin with. Nothing is copied. */
export function withoutMarkBytes(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
