/** Writes a repository and sends itself a signal while the nth file is written; `fail` makes that file fail, too. */
import fs from 'node:fs';
import { holdSignals } from '../../generators/app/hold-signals.ts';
import { createDirectory } from '../../generators/apply/create-directory.ts';
import { inspectTarget } from '../../generators/apply/target.ts';

const [directory = '', signal = '', outcome] = process.argv.slice(2);
const files = ['a/one', '.ml-serving/manifest.json'].map((path) => ({ path, bytes: Buffer.from(path), mode: 0o644 }));
const writeFileSync = (...args: unknown[]) => {
  process.kill(process.pid, signal);
  if (outcome === 'fail') throw Object.assign(new Error('made to fail'), { code: 'ENOSPC' });
  (fs.writeFileSync as (...args: unknown[]) => void)(...args);
};
try {
  const came = await holdSignals(() =>
    createDirectory(inspectTarget(directory), files, { ...fs, writeFileSync } as typeof fs),
  );
  console.log(came);
} catch (error) {
  console.log((error as { code: string }).code);
}
// Held during the write, and only then.
if (outcome === 'again') process.kill(process.pid, signal);
