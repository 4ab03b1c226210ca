import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../project/manifest.ts';
import { plainHash } from '../line-ends.ts';
import type { UpgradePlan } from '../plan.ts';
import { declaredFormatters, installedCommand, type Tool } from './declared.ts';

/** Conflicts that the repository's own formatter may have made. */
export interface FormatAdvice {
  readonly tool: string;
  /** What to run. */
  readonly command: string;
  readonly paths: readonly string[];
}

/** The template brings Biome along: with its configuration as it is, the template's files are in that form already. */
function isOwn(root: string, { name: tool, config }: Tool, manifest: Manifest | null): boolean {
  if (tool === 'prettier') return true;
  const files = readdirSync(root).filter((name) => config.test(name));
  return files.some((name) => manifest?.files[name]?.sha256 !== plainHash(readFileSync(join(root, name))));
}

/** What to do about conflicts in a repository that has a formatter of its own; null where there are none. Runs nothing. */
export function formatAdvice(
  root: string,
  { outcomes, sides }: UpgradePlan,
  manifest: Manifest | null,
): FormatAdvice | null {
  const marked = new Set(outcomes.filter(({ conflict }) => conflict?.markers).map(({ path }) => path));
  const paths = sides.filter(({ path, base }) => marked.has(path) && base !== null).map(({ path }) => path);
  if (paths.length === 0) return null;
  const tool = declaredFormatters(root).find((one) => isOwn(root, one, manifest));
  if (tool === undefined) return null;
  const run = 'create-ml-serving regenerate --format';
  const command = installedCommand(root, tool) === null ? `npm install, then ${run}` : run;
  return { tool: tool.name, command, paths };
}
