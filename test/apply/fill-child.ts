/** Fills a directory, and dies by SIGKILL in the call to the file system whose number is given. */
import fs from 'node:fs';
import { createDirectory } from '../../generators/apply/create-directory.ts';
import { inspectTarget } from '../../generators/apply/target.ts';
import { files } from './fill-files.ts';

const [root, at] = process.argv.slice(2);
if (root === undefined) throw new Error('fill-child <directory> <call>');
let calls = 0;
const dying = Object.fromEntries(
  Object.entries(fs).map(([name, call]) => [
    name,
    typeof call !== 'function' || !/^(mkdir|mkdtemp|rename|rm|unlink|writeFile)/.test(name)
      ? call
      : (...args: unknown[]) => {
          if (calls++ === Number(at)) process.kill(process.pid, 'SIGKILL');
          return (call as (...all: unknown[]) => unknown)(...args);
        },
  ]),
) as typeof fs;
createDirectory(inspectTarget(root), files, dying);
