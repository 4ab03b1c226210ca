import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../support/folder.ts';
import { stamp } from '../stamp.ts';
import type { Validator } from './validator.ts';

interface Suite {
  /** The answers of the repositories that a validator must find nothing in, by what is special about them. */
  readonly casesOf: (validator: Validator) => readonly (readonly [string, readonly string[]])[];
  /** How a fault is put in: once, or wherever the text stands. */
  readonly plant: 'replace' | 'replaceAll';
  readonly timeout: number;
}

/** Each validator finds nothing in healthy repositories, and every fault that is put into one. */
export function describeValidators(
  validators: Readonly<Record<string, Validator>>,
  { casesOf, plant, timeout }: Suite,
): void {
  const folder = temporaryFolder();
  let count = 0;

  describe.each(Object.entries(validators))('%s', (_name, validator) => {
    test.each(casesOf(validator))(
      'finds nothing: %s',
      async (_case, sets) => {
        const { code, stdout, stderr } = await validator.judge(await stamp(sets));
        expect(`${code}\n${code === 0 ? '' : stdout + stderr}`).toBe('0\n');
      },
      timeout,
    );

    test.each(validator.faults)(
      'finds the fault in $file: $replace',
      async ({ sets, file, find, replace, says }) => {
        const directory = join(folder, String(++count));
        cpSync(await stamp(sets), directory, { recursive: true });
        const path = join(directory, file);
        const text = readFileSync(path, 'utf8');
        expect(text).toContain(find);
        writeFileSync(
          path,
          text[plant](find, () => replace),
        );
        const { code, stdout, stderr } = await validator.judge(directory);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toMatch(says);
      },
      timeout,
    );
  });
}
