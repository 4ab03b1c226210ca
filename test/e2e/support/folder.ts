import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const make = () => mkdtempSync(join(tmpdir(), 'create-ml-serving-e2e-'));
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** A folder of one test file, removed after it. */
export function temporaryFolder(): string {
  const folder = make();
  afterAll(() => remove(folder));
  return folder;
}

/** A folder for one task, removed after it. */
export async function inTemporaryFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = make();
  try {
    return await task(folder);
  } finally {
    remove(folder);
  }
}
