import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { CASES, stamp } from './support/stamp.ts';
import { validators } from './support/validators.ts';

/* Every delivery artefact, for every choice that changes one, before the program that judges it for real. */

const folder = temporaryFolder();
let count = 0;

describe.each(Object.entries(validators))('%s', (_name, { judge, ci, faults }) => {
  const cases = Object.entries(CASES).filter(([, known]) => ci === undefined || known.ci === ci);

  test.each(cases)(
    'finds nothing: %s',
    async (_case, { sets }) => {
      const { code, stdout, stderr } = await judge(await stamp(sets));
      expect(`${code}\n${code === 0 ? '' : stdout + stderr}`).toBe('0\n');
    },
    60_000,
  );

  test.each(faults)(
    'finds the fault in $file: $replace',
    async ({ sets, file, find, replace, says }) => {
      const directory = join(folder, String(++count));
      cpSync(await stamp(sets), directory, { recursive: true });
      const path = join(directory, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(find);
      writeFileSync(
        path,
        text.replace(find, () => replace),
      );
      const { code, stdout, stderr } = await judge(directory);
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(says);
    },
    60_000,
  );
});
