import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Looks a command up on the PATH, without starting it; undefined where there is none. */
export function findExecutable(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const windows = process.platform === 'win32';
  const path = env['PATH'] ?? env['Path'] ?? '';
  const endings = windows ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      try {
        accessSync(file, windows ? constants.F_OK : constants.X_OK);
        return file;
      } catch {
        // Not here: look in the next folder.
      }
    }
  }
  return undefined;
}
