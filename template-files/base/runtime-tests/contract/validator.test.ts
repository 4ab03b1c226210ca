import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { validatorOf } from '../../runtime/contract/validator.ts';
import { ROOT } from '../../runtime/root.ts';
import { SCHEMA, serving } from '../helpers/serving.ts';

/** Other bytes, so that the build knows nothing of it: read at the start. */
const CHANGED = `${SCHEMA}\n`;

test('the build has read the schema', () => {
  const folder = join(ROOT, 'dist', 'contract');
  expect(existsSync(folder) && readdirSync(folder).filter((name) => /^schema-.*\.cjs$/.test(name))).not.toEqual([]);
  // What ajv itself compiles carries its schema; what the build wrote does not.
  expect(validatorOf(SCHEMA)).not.toHaveProperty('schemaEnv');
  expect(validatorOf(CHANGED)).toHaveProperty('schemaEnv');
});

test.each([
  ['nothing', undefined],
  ['a list', []],
  ['no key at all', {}],
  [
    'many wrong ones',
    parse('{ apiVersion: 2, model: { name: "", tpye: x }, inputs: [{ shape: [-2], name: 1 }], outputs: {} }'),
  ],
  ['a good one', serving()],
])('of %s, what the build wrote says what the schema says', (_, value) => {
  const [built, read] = [validatorOf(SCHEMA), validatorOf(CHANGED)];
  expect(built(value)).toBe(read(value));
  expect(built.errors).toEqual(read.errors);
});
