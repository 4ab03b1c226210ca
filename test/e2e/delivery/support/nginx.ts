import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder } from '../../support/folder.ts';
import { type Result, run } from '../../support/run.ts';
import { tool } from './tools.ts';

/** nginx's own word on the configuration, where there is one; the names of compose are put in this machine's terms. */
export async function nginx(directory: string): Promise<Result> {
  if (!existsSync(join(directory, 'deploy', 'compose'))) return { code: 0, stdout: '', stderr: '' };
  return inTemporaryFolder((folder) =>
    run(tool('nginx'), ['-t', '-c', localConfig(directory, folder, '127.0.0.1:9', 8000)]),
  );
}

/** The configuration with another upstream and port, as a file in a folder that nginx may write to. */
export function localConfig(directory: string, folder: string, upstream: string, port: number): string {
  const text = readFileSync(join(directory, 'deploy', 'compose', 'nginx.conf'), 'utf8');
  const file = join(folder, 'nginx.conf');
  const local = text
    .replace('server serving:8080;', `server ${upstream};`)
    .replace('listen 8000;', `listen 127.0.0.1:${port};`)
    .replaceAll('/tmp/', `${folder}/`);
  writeFileSync(file, local);
  return file;
}
