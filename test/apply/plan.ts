import type { Change } from '../../generators/apply/change.ts';
import { remove, write } from '../support/change.ts';

/** Every kind of step, over the repository of the scenario. */
export function planFor(root: string): Change[] {
  return [
    write(root, '.ml-serving/manifest.json', '{"templateVersion":"2.0.0"}\n'),
    write(root, 'README.md', 'new readme, longer than the old one\n'),
    write(root, 'src/app.ts', 'new app\n'),
    write(root, 'new/folder/file.ts', 'new file\n'),
    write(root, 'becomes-folder/inner.txt', 'now a folder\n'),
    write(root, 'becomes-file', 'now a file\n'),
    write(root, 'run.sh', '#!/bin/sh\n', 0o644),
    remove(root, 'src/gone/deep/only.ts'),
    remove(root, 'docs/old/deep/page.md'),
    remove(root, 'becomes-folder'),
    remove(root, 'becomes-file/inner.txt'),
  ];
}
