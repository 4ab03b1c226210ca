/**
 * Flags and help of every command. Plain JavaScript, because scripts/ uses it before there is a build.
 *
 * @typedef {object} Flag
 * @property {'boolean' | 'string'} type
 * @property {string} help lines are kept
 * @property {string} [value] what the help calls its value, such as FILE
 * @property {boolean} [multiple] may be given more than once
 *
 * @typedef {Readonly<Record<string, Flag>>} Flags
 *
 * @typedef {object} Command
 * @property {string} usage
 * @property {string} about lines are kept
 * @property {Flags} [flags]
 * @property {boolean} [positionals] whether it takes arguments that are no flags
 * @property {string} example
 * @property {Readonly<Record<string, string>>} exitCodes
 */
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * @template {Command} C
 * @typedef {{ readonly [K in keyof NonNullable<C['flags']>]?: NonNullable<C['flags']>[K] extends { multiple: true } ? string[]
 *   : NonNullable<C['flags']>[K] extends { type: 'boolean' } ? boolean : string }} Values
 */

/**
 * @template {Command} C
 * @typedef {{ readonly values: Values<C>, readonly positionals: readonly string[], readonly help: boolean }} CommandLine
 */

/**
 * What `--help` prints.
 * @param {Command} command
 * @returns {string}
 */
export function helpText({ usage, about, flags = {}, example, exitCodes }) {
  const options = Object.entries(flags).map(([name, { value, help }]) => [
    `--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);
  return [
    `usage: ${usage}`,
    about,
    section('Options', [...options, ['-h, --help', 'this text']]),
    `Example\n  ${example}`,
    section('Exit codes', Object.entries(exitCodes)),
  ].join('\n\n');
}

/**
 * @template {Command} C
 * @param {C} command
 * @param {readonly string[]} args
 * @returns {CommandLine<C>}
 * @throws {TypeError} with a message for the user, when an argument is not one of the command's
 */
export function parseCommandLine({ flags = {}, positionals: allowPositionals = false }, args) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals,
  });
  const { help, ...given } = values;
  return { values: /** @type {Values<C>} */ (given), positionals, help: help === true };
}

/**
 * The arguments of the process. `--help` is answered here and ends it with 0, a wrong argument with 1.
 * @template {Command} C
 * @param {C} command
 * @param {readonly string[]} [args]
 * @returns {Omit<CommandLine<C>, 'help'>}
 */
export function readCommandLine(command, args = process.argv.slice(2)) {
  try {
    const { help, ...given } = parseCommandLine(command, args);
    if (help) end(0, 1, helpText(command));
    return given;
  } catch (error) {
    return end(1, 2, `${/** @type {Error} */ (error).message}\nusage: ${command.usage}\n(INVALID_REQUEST)`);
  }
}

/**
 * @param {number} code
 * @param {number} descriptor
 * @param {string} text
 * @returns {never}
 */
function end(code, descriptor, text) {
  // Written before the process ends, also where the descriptor is a pipe.
  writeSync(descriptor, `${text}\n`);
  process.exit(code);
}

/**
 * @param {string} title
 * @param {readonly (readonly string[])[]} rows
 */
function section(title, rows) {
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(
    ([name = '', text = '']) => `  ${name.padEnd(width)}  ${text.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
  );
  return [title, ...lines].join('\n');
}
