import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDependencies } from '../../generators/app/tools/install.ts';
import { install } from '../../generators/regenerate/verify.ts';
import { type Files, folderWith } from '../support/folder.ts';

const onPosix = process.platform === 'win32' ? test.skip : test;
const RECORDER = {
  text: '#!/bin/sh\necho "$(basename "$0") $* $YARN_ENABLE_IMMUTABLE_INSTALLS" >> "$(dirname "$0")/log"\n',
  run: true,
} as const;

/** Package managers that write down how they are started, first on the PATH. */
function recorders(): { log: () => string; restore: () => void } {
  const folder = folderWith({ npm: RECORDER, pnpm: RECORDER, yarn: RECORDER });
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}${delimiter}${before}`;
  const log = join(folder, 'log');
  return {
    log: () => (existsSync(log) ? readFileSync(log, 'utf8').trim() : ''),
    restore: () => {
      process.env['PATH'] = before;
    },
  };
}

const MEMBER = { 'packages/iris/package.json': '{}' };
const CASES: readonly (readonly [string, Files, string])[] = [
  ['alone', MEMBER, 'npm install --ignore-scripts --no-audit --no-fund'],
  [
    'in a workspace of npm',
    { ...MEMBER, 'package.json': '{"workspaces": ["packages/*"]}' },
    'npm install --ignore-scripts --no-audit --no-fund',
  ],
  [
    'in a workspace of pnpm',
    { ...MEMBER, 'pnpm-workspace.yaml': 'packages: [packages/*]' },
    'pnpm install --ignore-scripts --no-frozen-lockfile',
  ],
  [
    'in a workspace of Yarn',
    { ...MEMBER, 'package.json': '{"workspaces": ["packages/*"]}', 'yarn.lock': '' },
    'yarn install --ignore-scripts --non-interactive',
  ],
  [
    'in a workspace of a modern Yarn',
    { ...MEMBER, 'package.json': '{"workspaces": ["packages/*"], "packageManager": "yarn@4.5.0"}' },
    'yarn install --mode=skip-build false',
  ],
];

onPosix.each(CASES)(
  'a repository %s is installed without install scripts, at creation and after an upgrade',
  async (_where, files, line) => {
    const directory = join(folderWith(files), 'packages/iris');
    const { log, restore } = recorders();
    try {
      await installDependencies(directory);
      expect(await install(directory, () => {})).toBe(true);
      expect(
        log()
          .split('\n')
          .map((one) => one.trim()),
      ).toEqual([line, line]);
    } finally {
      restore();
    }
  },
);
