import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Files, folderWith, putFiles } from '../support/folder.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** This command line, packaged as another version with another template; as npx would fetch it. */
export type Package = ((cwd: string, ...args: string[]) => Ran) & { readonly command: string };

const CHANGELOG = '# Changelog\n\n## 1.1.0\n\n### What changes in your repository\n\n- Metrics are counted.\n';

let bundle: Promise<string> | undefined;

/** One bundle for all versions: what a version is stands in its package.json and its template. */
async function bundled(): Promise<string> {
  const outdir = join(process.cwd(), 'test', '.cache', 'command');
  await build({
    entryPoints: ['bin/create-ml-serving.ts'],
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    external: ['yeoman-generator', 'yeoman-environment', '@yeoman/adapter'],
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
  return outdir;
}

/**
 * Packages a version whose template lies in `templates/`.
 * @param more files of the template on top
 */
export async function packageOf(version: string, more: Files = {}): Promise<Package> {
  bundle ??= bundled();
  const folder = folderWith({ 'CHANGELOG.md': CHANGELOG });
  mkdirSync(join(folder, 'dist'));
  cpSync(await bundle, join(folder, 'dist'), { recursive: true });
  cpSync(join(import.meta.dirname, 'templates', version), join(folder, 'template-files'), { recursive: true });
  putFiles(join(folder, 'template-files'), more);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'create-ml-serving', version, type: 'module' }));
  const command = join(folder, 'dist', 'create-ml-serving.js');
  const run = (cwd: string, ...args: string[]) => {
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd, encoding: 'utf8', env });
    return { status, stdout, stderr };
  };
  return Object.assign(run, { command });
}

/** A repository that a version has stamped out, as a process. */
export function stampedOutBy(version: Package, ...flags: string[]): string {
  const top = folderWith({});
  expect(version(top, 'iris-service', '--yes', '--no-install', ...flags).status).toBe(0);
  return join(top, 'iris-service');
}
