import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ajv, Options, ValidateFunction } from 'ajv';
import { ROOT } from '../root.ts';

const load = createRequire(import.meta.url);

/** Every problem, and with each what was found. */
const OPTIONS: Options = { allErrors: true, verbose: true };

/**
 * What checks a value against a schema. Reading a schema is the longest single step of a start, so the build has done it
 * (`writeValidator`); a schema that was changed since is read now.
 */
export function validatorOf(schemaText: string): ValidateFunction {
  const path = pathOf(schemaText);
  return existsSync(path) ? (load(path) as ValidateFunction) : createAjv(OPTIONS).compile(JSON.parse(schemaText));
}

/** Writes the validator of a schema as a module beside the compiled sources. */
export function writeValidator(schemaText: string): void {
  const { default: standalone } = load('ajv/dist/standalone') as typeof import('ajv/dist/standalone/index.js');
  const ajv = createAjv({ ...OPTIONS, code: { source: true } });
  writeFileSync(pathOf(schemaText), standalone(ajv, ajv.compile(JSON.parse(schemaText))));
}

/** Named by what the schema says, so that none is ever used for another. */
function pathOf(schemaText: string): string {
  const hash = createHash('sha256').update(schemaText).digest('hex').slice(0, 16);
  return join(ROOT, 'dist', 'runtime', 'contract', `schema-${hash}.cjs`);
}

/** Loaded where it is needed only. */
function createAjv(options: Options): Ajv {
  const { Ajv: Constructor } = load('ajv') as typeof import('ajv');
  return new Constructor(options);
}
