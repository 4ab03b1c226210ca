import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Result, run } from '../../support/run.ts';
import { tool } from './tools.ts';

/** nginx's own word on the configuration; the names of compose are put in this machine's terms. */
export async function nginx(directory: string): Promise<Result> {
  return run(tool('nginx'), ['-t', '-c', localConfig(directory, '127.0.0.1:9', 8000)]);
}

/** The configuration with another upstream and port, as a file. */
export function localConfig(directory: string, upstream: string, port: number): string {
  const text = readFileSync(join(directory, 'deploy', 'compose', 'nginx.conf'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'ml-serving-nginx-'));
  const file = join(folder, 'nginx.conf');
  const local = text
    .replace('server serving:8080;', `server ${upstream};`)
    .replace('listen 8000;', `listen 127.0.0.1:${port};`)
    .replaceAll('/tmp/', `${folder}/`);
  writeFileSync(file, local);
  return file;
}
