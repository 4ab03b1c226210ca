import { decodeText } from '../../merge/text.ts';
import { isRecord } from '../../project/manifest.ts';
import { type Case, following, type UpgradeInput, type Ways } from '../case.ts';
import { isCode } from './rewrite.ts';

/** The code that a team has added, as far as its imports follow files that move. */
export function ownCode(input: UpgradeInput, ways: Ways): Case[] {
  if (ways.imports === null || input.files === undefined) return [];
  const known = new Set([
    ...Object.keys(input.record.manifest?.files ?? {}),
    ...ways.renames.places.values(),
    ...input.theirs.keys(),
  ]);
  const paths = input.files().filter((path) => isCode(path) && !known.has(path) && !isRecord(path));
  return paths.flatMap((path): Case[] => {
    const found = input.scan(path);
    const yours = following(found, { from: path, to: path }, ways.imports);
    if (yours === found) return [];
    const none = { from: null, base: null, theirs: null, ends: null } as const;
    return [{ ...none, path, template: path, owner: 'seeded', yours, found, isRewritten: true, hasFollowed: true }];
  });
}

/** All code of the repository that is not the last template's, as text. */
export function teamCode(input: UpgradeInput): { readonly path: string; readonly text: string }[] {
  const known = input.record.manifest?.files ?? {};
  const paths = (input.files?.() ?? []).filter((path) => isCode(path) && !(path in known) && !isRecord(path));
  return paths.flatMap((path) => {
    const found = input.scan(path);
    const bytes = found?.kind === 'file' ? found.bytes() : null;
    const text = bytes && decodeText(bytes);
    return text === null ? [] : [{ path, text }];
  });
}
