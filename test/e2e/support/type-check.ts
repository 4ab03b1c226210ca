import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from './folder.ts';
import { repositoryRoot } from './packed.ts';
import { type Result, run } from './run.ts';

/** What the compiler says of a module by itself, with the packages of a node_modules at hand. @param name of the module in messages */
export function typeCheck(name: string, text: string, modules: string): Promise<Result> {
  return inTemporaryFolder((folder) => {
    symlinkSync(modules, join(folder, 'node_modules'), 'junction');
    writeFileSync(join(folder, name), text);
    const tsc = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    return run(process.execPath, [tsc, ...flags, name], { cwd: folder });
  });
}
