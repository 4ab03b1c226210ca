import { sha256 } from '../hash.ts';
import type { FileState } from '../merge/states.ts';
import { decodeText, splitText, usualEnd } from '../merge/text.ts';
import { withoutReturns } from '../project/as-written.ts';

/** The ends of line of a file in the work tree, where they are not those that the template writes. */
export type WorkTreeEnds = '\r\n' | '\n' | null;

const RETURN = '\r\n';

/** The hash of a text with the template's ends of line; that of the bytes where they are no text. */
export function plainHash(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  return sha256(text?.includes(RETURN) ? Buffer.from(withoutReturns(text)) : bytes);
}

function hasReturns(file: FileState | null): boolean {
  const bytes = file?.bytes() ?? null;
  return bytes !== null && (decodeText(bytes)?.includes(RETURN) ?? false);
}

/**
 * A clone on Windows (`core.autocrlf`) has CRLF at every line, and some tools change a part of them. Neither is an edit: such
 * a file is compared and merged with the template's ends of line, and written with those that it has.
 * @returns the file as the template would write it, and the ends to write; null where the file is left as it is
 */
export function workTreeEnds(
  found: FileState,
  base: FileState | null,
  theirs: FileState | null,
): { readonly file: FileState; readonly ends: Exclude<WorkTreeEnds, null> } | null {
  if (found.sha256 === base?.sha256 || found.sha256 === theirs?.sha256) return null;
  const bytes = found.bytes();
  const text = bytes && decodeText(bytes);
  if (!text?.includes(RETURN)) return null;
  const plain = Buffer.from(withoutReturns(text));
  const hash = sha256(plain);
  const isMixed = /(^|[^\r])\n/.test(text);
  if (isMixed && hash !== base?.sha256 && hash !== theirs?.sha256) return null;
  if (hasReturns(base) || hasReturns(theirs)) return null;
  return { file: { ...found, sha256: hash, bytes: () => plain }, ends: isMixed ? usualEnd(splitText(text)) : RETURN };
}

/** Contents with the ends of line of the work tree; what is no text stays as it is. */
export function withEnds(bytes: Uint8Array, ends: WorkTreeEnds): Uint8Array {
  const text = ends === RETURN ? decodeText(bytes) : null;
  return text === null ? bytes : Buffer.from(withoutReturns(text).replaceAll('\n', RETURN));
}
