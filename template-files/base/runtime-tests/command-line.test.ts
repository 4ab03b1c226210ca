import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpText, parseCommandLine } from '../runtime/command-line.js';
import { ROOT } from '../runtime/root.ts';

const COMMAND = {
  usage: 'npm run cut -- FILE [--into N]',
  about: 'Cuts a file.\nThe file stays.',
  flags: {
    into: { type: 'string', value: 'N', help: 'parts\n(default: 2)' },
    log: { type: 'string', multiple: true, help: 'a file' },
    dry: { type: 'boolean', help: 'shows what would be cut' },
  },
  positionals: true,
  example: 'npm run cut -- a.txt',
  exitCodes: { 0: 'cut', 1: 'not cut' },
} as const;

test('the help has usage, flags, an example and exit codes, with lines below each other', () => {
  expect(helpText(COMMAND)).toBe(`usage: npm run cut -- FILE [--into N]

Cuts a file.
The file stays.

Options
  --into N    parts
              (default: 2)
  --log       a file
  --dry       shows what would be cut
  -h, --help  this text

Example
  npm run cut -- a.txt

Exit codes
  0  cut
  1  not cut`);
});

test('flags and arguments are read with their types', () => {
  const { values, positionals, help } = parseCommandLine(COMMAND, ['a.txt', '--into', '3', '--log', 'x', '--log=y']);
  const into: string | undefined = values.into;
  const log: readonly string[] | undefined = values.log;
  expect([into, log, values.dry, positionals, help]).toEqual(['3', ['x', 'y'], undefined, ['a.txt'], false]);
  expect(parseCommandLine(COMMAND, ['-h']).help).toBe(true);
});

test.each([
  [['--nope'], /Unknown option '--nope'/],
  [['--into'], /'--into N?.*argument missing/],
  [['--dry=1'], /'--dry' does not take an argument/],
])('%j is refused', (args, says) => {
  expect(() => parseCommandLine(COMMAND, args)).toThrow(says);
});

describe('scripts of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  /** The last command of a script, which npm gives the arguments to. */
  const lastOf = (script: string) => (script.split(' && ').at(-1) ?? '').split(' ');
  const own = Object.entries(scripts).filter(([, script]) => lastOf(script)[0] === 'node');
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [...lastOf(script).slice(1), ...args], { cwd: ROOT, encoding: 'utf8' });

  test('are programs with a help of their own, and the tools of which everybody knows the help', () => {
    const others = Object.entries(scripts).filter(([name]) => !own.some(([own]) => own === name));
    expect(others.map(([name, script]) => [name, lastOf(script)[0]])).toEqual([
      ['lint', 'biome'],
      ['format', 'biome'],
      ['typecheck', 'tsc'],
    ]);
    expect(own.map(([name]) => name)).toEqual(expect.arrayContaining(['dev', 'start', 'test', 'check', 'predict']));
  });

  test.each(own)('npm run %s -- --help', (name, script) => {
    const { status, stdout, stderr } = run(script, '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^usage: npm (run )?${name}\\b`));
    expect(stdout).toMatch(/\nExample\n {2}\S/);
    expect(stdout).toMatch(/\nExit codes\n {2}0 /);
  });

  // Jest has the arguments of `npm test`.
  test.each(own.filter(([name]) => name !== 'test'))('npm run %s refuses a flag that it does not have', (_, script) => {
    const { status, stdout, stderr } = run(script, '--no-such-flag');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Unknown option '--no-such-flag'.*\nusage: npm /s);
    expect(stderr).toContain('(INVALID_REQUEST)');
  });
});
