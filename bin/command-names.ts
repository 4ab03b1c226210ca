import type { Command } from 'commander';
import { ServingError } from '../generators/errors.ts';

/**
 * A mistyped command must not stamp out a repository of that name.
 * @throws USAGE for a bare word that is a command's name but for a letter
 */
export function refuseCommandNames(directory: string | undefined, program: Command): void {
  if (directory === undefined || !/^[a-z]+$/.test(directory)) return;
  const names = program.commands.map((command) => command.name());
  const meant = names.find((name) => name === directory || (name.length > 5 && differsByOne(name, directory)));
  if (!meant) return;
  throw new ServingError('USAGE', `Is ${directory} the command ${meant}, or a directory?`, {
    hint: `Run create-ml-serving ${meant} --help, or write ./${directory} for the directory.`,
  });
}

/** One letter more, less or other. */
function differsByOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const rest = (text: string, skip: number) => text.slice(start + skip);
  return rest(a, 1) === rest(b, 1) || rest(a, 1) === rest(b, 0) || rest(a, 0) === rest(b, 1);
}
