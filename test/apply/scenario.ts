import { type Files, folderWith } from '../support/folder.ts';

/** A repository that, with the plan beside it, needs every kind of step. */
export const before: Files = {
  'README.md': 'old readme\n',
  'src/app.ts': 'old app\n',
  'src/gone/deep/only.ts': 'goes, and its folders with it\n',
  'becomes-folder': 'a file\n',
  'becomes-file/inner.txt': 'a folder\n',
  'docs/keep.md': 'stays, and its folder with it\n',
  'docs/old/deep/page.md': 'goes, and two of its folders with it\n',
  'run.sh': { text: '#!/bin/sh\n', run: true },
  'untouched.bin': new Uint8Array([0, 255, 13, 10]),
  '.ml-serving/manifest.json': '{"templateVersion":"1.0.0"}\n',
};

export function freshRepository(): string {
  return folderWith(before);
}
