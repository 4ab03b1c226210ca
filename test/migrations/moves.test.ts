import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../generators/hash.ts';
import { decodeText } from '../../generators/merge/text.ts';
import { moves } from '../../generators/migrations/0.10.0/moves.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject } from '../../generators/regenerate/open-project.ts';
import { renderTree } from '../../generators/render/render-tree.ts';
import { planned, releases, template, unpacked } from '../upgrade/released.ts';
import { deriveMoves, type Rendered, tableOf } from './derive-moves.ts';

const before = releases.filter((release) => release.startsWith('0.') && Number(release.split('.')[1]) < 10);

/* What moves is declared; that the declarations are complete is checked by contents, over all that was released. */

function recorded(release: string): Rendered {
  const root = unpacked(release);
  const { record } = openProject(root, { template, migrations, changelog: '' }, {});
  const files = Object.entries(record.manifest?.files ?? {});
  return new Map(
    files.map(([path, { sha256: hash }]) => {
      const bytes = record.base(hash);
      return [path, { path, sha256: hash, text: bytes && decodeText(bytes) }];
    }),
  );
}

function now(): Rendered {
  const { given, context } = openProject(
    unpacked(before.at(-1) as string),
    { template, migrations, changelog: '' },
    {},
  );
  const tree = renderTree(settleAnswers(given, context), template);
  return new Map(
    [...tree].map(([path, { bytes }]) => [path, { path, sha256: sha256(bytes), text: decodeText(bytes) }]),
  );
}

const versions = [...before.map(recorded), now()];
const derived = deriveMoves(versions);

test('the table of moves is what the contents of all released files come to: npm run moves writes it', () => {
  const table = tableOf(derived, versions);
  if (process.env['UPDATE_MOVES'] !== undefined) {
    const lines = table.map(({ from, to }) => `  { from: '${from}', to: '${to}' },\n`);
    const text = `import type { Move } from '../migration.ts';

/**
 * Where the files of the template are from 0.10.0 on, of every version before it. \`npm run moves\` writes this table; a path that
 * "moves" to itself is no longer rendered and is none of the files of its folder's new place.
 */
export const moves: readonly Move[] = [
${lines.join('')}];
`;
    writeFileSync(join(import.meta.dirname, '../../generators/migrations/0.10.0/moves.ts'), text);
    return;
  }
  expect(moves).toEqual(table);
});

test.each(before.map((release, index) => [release, index] as const))(
  'every file of %s moves to where its contents are',
  (release, index) => {
    const { plan } = planned(unpacked(release));
    const moved = new Map(plan.outcomes.flatMap(({ path, from }) => (from === null ? [] : [[from, path]])));
    const wanted = [...(derived[index] as Map<string, string>)].filter(([from, to]) => from !== to);
    expect(wanted.length).toBeGreaterThan(0);
    expect(moved).toEqual(new Map([...moved, ...wanted]));
  },
);
