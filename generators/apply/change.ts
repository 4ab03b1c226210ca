import type { FileContents } from '../contents.ts';
import type { Mode } from '../tree.ts';

/** What was seen at a path when the plan was made. Another state at the time of applying means a concurrent edit. */
export type Before = 'absent' | { readonly sha256: string; readonly mode: Mode };

export interface WriteChange {
  readonly kind: 'write';
  readonly path: string;
  readonly bytes: FileContents;
  readonly mode: Mode;
  readonly before: Before;
}

export interface DeleteChange {
  readonly kind: 'delete';
  readonly path: string;
  readonly before: Exclude<Before, 'absent'>;
}

export type Change = WriteChange | DeleteChange;
