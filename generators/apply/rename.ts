import nodeFs from 'node:fs';
import { hasCode } from './system-error.ts';

const WINDOWS = process.platform === 'win32';
const RENAME_TRIES = 10;
const RENAME_PAUSE_MS = 50;

/** On Windows a virus scanner or an editor may hold the file or the folder for a moment. */
export function renameWithPatience(
  from: string,
  to: string,
  { renameSync }: Pick<typeof nodeFs, 'renameSync'> = nodeFs,
  patient = WINDOWS,
): void {
  for (let tries = 1; ; tries++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!patient || tries === RENAME_TRIES || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS);
    }
  }
}
