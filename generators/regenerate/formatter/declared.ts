import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A formatter that a repository can declare, and how a text is given to its command. */
export interface Tool {
  readonly name: 'prettier' | 'biome';
  readonly package: string;
  readonly config: RegExp;
  /** Arguments that make it read a text from standard input and print it formatted. */
  readonly args: (path: string) => readonly string[];
}

/** Prettier first: the template itself declares Biome, a team that adds Prettier means that. */
const TOOLS: readonly Tool[] = [
  {
    name: 'prettier',
    package: 'prettier',
    config: /^(\.prettierrc(\.\w+)?|prettier\.config\.\w+)$/,
    args: (path) => [`--stdin-filepath=${path}`],
  },
  {
    name: 'biome',
    package: '@biomejs/biome',
    config: /^\.?biome\.jsonc?$/,
    args: (path) => ['format', `--stdin-file-path=${path}`],
  },
];

function manifestOf(root: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The formatters that a repository declares: in package.json, or by a configuration file at its root. Runs nothing. */
export function declaredFormatters(root: string): Tool[] {
  const manifest = manifestOf(root);
  const names = readdirSync(root);
  const asked = [manifest['dependencies'], manifest['devDependencies']];
  return TOOLS.filter(
    (tool) =>
      asked.some((group) => typeof group === 'object' && group !== null && tool.package in group) ||
      (tool.name === 'prettier' && 'prettier' in manifest) ||
      names.some((name) => tool.config.test(name)),
  );
}

/** The file that a formatter's command runs, as it is installed for the repository; null where it is not. Runs nothing. */
export function installedCommand(root: string, tool: Tool): string | null {
  try {
    const place = createRequire(join(root, 'package.json')).resolve(`${tool.package}/package.json`);
    const { bin } = JSON.parse(readFileSync(place, 'utf8')) as { bin?: string | Record<string, string> };
    const file = typeof bin === 'string' ? bin : bin?.[tool.name];
    return file === undefined ? null : join(dirname(place), file);
  } catch {
    return null;
  }
}
