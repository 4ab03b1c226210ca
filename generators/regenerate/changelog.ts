import compare from 'semver/functions/compare.js';
import gt from 'semver/functions/gt.js';
import lte from 'semver/functions/lte.js';
import valid from 'semver/functions/valid.js';

export interface ChangelogEntry {
  readonly version: string;
  /** The lines under *What changes in your repository*. */
  readonly text: string;
}

const SECTION = /^###\s+What changes in your repository\s*$/im;

function entryOf(block: string): ChangelogEntry | null {
  const version = /^\[?v?([0-9][^\s\]]*)/.exec(block)?.[1];
  if (version === undefined || valid(version) === null) return null;
  const start = SECTION.exec(block);
  const rest = start === null ? '' : block.slice(start.index + start[0].length);
  return { version, text: rest.split(/^###\s/m)[0]?.trim() ?? '' };
}

/** What the changelog says to those who go from one template version to another, newest first. */
export function changelogBetween(changelog: string, from: string, to: string): ChangelogEntry[] {
  const entries = changelog
    .split(/^##\s+(?=\S)/m)
    .slice(1)
    .flatMap((block) => entryOf(block) ?? []);
  return entries
    .filter(({ version, text }) => gt(version, from) && lte(version, to) && text !== '')
    .sort((a, b) => compare(b.version, a.version));
}
