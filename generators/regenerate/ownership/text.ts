import type { KeptChange } from './kept.ts';
import type { OwnershipChange } from './owned.ts';

/** For a person: what the template has changed, and where to look at it. */
export function keptText({ base, lines }: KeptChange): string {
  if (base === null) return 'kept as yours; the template has a file there too; --diff shows it';
  if (lines === null) return 'kept as yours; the template has changed it';
  if (lines === 0) return 'kept as yours; the template has changed its mode';
  return `kept as yours; the template changed ${lines} ${lines === 1 ? 'line' : 'lines'}; --diff shows them`;
}

/** What changes of whose the files are, for a person. */
export function ownershipText({ owned, disowned, notes }: OwnershipChange): string[] {
  return [
    ...owned.map((path) => `Yours from now on: ${path}`),
    ...disowned.map((path) => `The template’s again, merged from its next change on: ${path}`),
    ...notes,
  ];
}
