import { spawnSync } from 'node:child_process';
import { ENVIRONMENT } from '../../app/tools/environment.ts';
import { declaredFormatters, installedCommand } from './declared.ts';

/** Formats a text as that of a path; null where the formatter refuses it or does not end in time. */
export interface Formatter {
  readonly name: string;
  readonly format: (path: string, text: string) => string | null;
}

const TIMEOUT_MS = 60_000;
const LARGEST_OUTPUT = 16 * 1024 * 1024;

/**
 * The formatters of a repository that are declared and installed, to be run with its own configuration. That runs code of
 * the repository, as its tests do: only where somebody has asked for it. Texts go through standard input and output, no file
 * is written, nothing is installed, and package managers that a configuration might start stay offline.
 */
export function installedFormatters(root: string): Formatter[] {
  const env = { ...process.env, ...ENVIRONMENT, npm_config_offline: 'true', NO_COLOR: '1' };
  return declaredFormatters(root).flatMap((tool) => {
    const command = installedCommand(root, tool);
    if (command === null) return [];
    const format = (path: string, input: string) => {
      const { status, stdout } = spawnSync(process.execPath, [command, ...tool.args(path)], {
        cwd: root,
        env,
        input,
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
        maxBuffer: LARGEST_OUTPUT,
      });
      return status === 0 ? stdout : null;
    };
    return [{ name: tool.name, format }];
  });
}
