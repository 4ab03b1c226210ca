import { Command, Option } from 'commander';
import { ownPackage } from '../generators/app/package.ts';
import { FEATURE_NAMES } from '../generators/questions/features.ts';
import { questionsHelp } from '../generators/questions/help.ts';
import { refuseCommandNames } from './command-names.ts';
import type { CreateFlags } from './commands/create.ts';
import type { FeatureFlags } from './commands/features.ts';
import type { ModelFlags } from './commands/model.ts';
import type { RegenerateFlags } from './commands/regenerate-flags.ts';

/** An option that may be given several times. */
const repeatable = (flags: string, what: string) =>
  new Option(flags, what).argParser((value: string, list: string[]) => [...list, value]).default([], 'none');

/** `--set`, of every command that takes answers. */
const setOption = (what: string) => repeatable('--set <key=value>', `${what}; may be repeated`);

const GOLDEN = "a file of samples with the training library's own answers, or the folder of a record of training";

/** `--preset`, of every command that a policy bears on. */
const restoreOption = repeatable(
  '--restore <path>',
  'bring back a file that was removed, or what is gone from one that is merged by key; may be repeated',
);
/** Several values at once, and several times. */
const pathsOption = (flags: string, what: string) => repeatable(flags, `${what}; several at once`);
const ownOption = pathsOption(
  '--own <path...>',
  'hand files or folders of the template to the team: later runs leave them',
);
const disownOption = pathsOption('--disown <path...>', 'take them back: later runs merge them again');
const failOnOption = (what: string) => new Option('--fail-on <words>', `${what}: update, drift, policy`);
const presetOption = (what: string) => repeatable('--preset <file>', `${what}; may be repeated, the broadest first`);

/**
 * The command line. Each command's module is loaded when it runs, so that `--help` and the paths that ask nothing
 * start at once.
 * @param exit receives the exit code of a command that ended well but has something to say by it
 */
export function buildProgram(exit: (code: number) => void): Command {
  const program = new Command('create-ml-serving')
    .description('Stamps out a serving repository for an ONNX model.')
    .version(ownPackage().version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .argument('[directory]', 'where the repository is made; its last part proposes the name')
    .option('-y, --yes', 'take the default of every question that has no answer')
    .option('--answers <file>', 'read answers from a YAML or JSON file')
    .addOption(setOption('answer one question'))
    .addOption(presetOption('take defaults and locked answers from the policy in a YAML or JSON file'))
    .option(
      '--model <file.onnx>',
      'serve this model: its interface is read from it, and only what it does not tell is asked',
    )
    .option(
      '--tokenizer <file>',
      'the tokenizer.json of a model of token ids; the one beside the model where none is named',
    )
    .option('--golden <file>', GOLDEN)
    .option('--dry-run', 'show what would be written, write nothing')
    .option('--json', 'print the plan or the error as JSON; never asks')
    .option('--no-install', 'do not install the dependencies')
    .option('--no-git', 'do not make a Git repository')
    .option('--force', 'write into a directory that is not empty: the files of the template, no others')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', () => `\nKeys of --set and --answers:\n${questionsHelp()}`)
    // A command's own --version is not the program's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .action(async (directory: string | undefined, flags: CreateFlags) => {
      refuseCommandNames(directory, program);
      const { create } = await import('./commands/create.ts');
      exit(await create(directory, flags));
    });

  // `--json` before the command's name is read as the program's own.
  const wantsJson = (flags: { json?: boolean }) => flags.json === true || program.opts()['json'] === true;

  program
    .command('inspect')
    .argument('<file.onnx>', 'the model')
    .description('Shows what an ONNX file holds and the schema that would be asked.')
    .option('--json', 'print it as JSON')
    .action(async (file: string, flags: { json?: boolean }) => {
      const { inspect } = await import('./commands/inspect.ts');
      inspect(file, { json: wantsJson(flags) }, process.stdout);
    });

  program
    .command('model')
    .argument('<file.onnx>', 'the model')
    .description('Releases another model into a repository: the file, serving.yaml and the golden samples.')
    .option('--version <semver>', 'the version of the release; the smallest right one where none is named')
    .option('--directory <directory>', 'the repository; the current directory where none is named')
    .option('--golden <file>', GOLDEN)
    .option(
      '--tokenizer <file>',
      'the tokenizer.json of a model of token ids; the one beside the model where none is named',
    )
    .option('--dry-run', 'say what the release means; write nothing')
    .action(async (file: string, flags: ModelFlags) => {
      const { model } = await import('./commands/model.ts');
      // Flags that the program has too are read as its own, wherever they stand.
      const { dryRun, golden, tokenizer } = program.opts<ModelFlags>();
      const shared = { ...(dryRun && { dryRun }), ...(golden && { golden }), ...(tokenizer && { tokenizer }) };
      exit(await model(file, { ...shared, ...flags }, (line) => console.log(line)));
    });

  program
    .command('regenerate')
    .argument('[directory]', 'the repository; the current directory where none is named')
    .description('Brings a stamped-out repository to this template version, with the edits made in it.')
    .option('--check', 'exit with 2 where an update or drift is found; write nothing')
    .option('--dry-run', 'show what would be done; write nothing')
    .option('--diff', 'show it as a unified diff; write nothing')
    .addOption(setOption('change an answer'))
    .addOption(presetOption('bring the repository under this policy; none to leave the one it is under'))
    .addOption(restoreOption)
    .addOption(ownOption)
    .addOption(disownOption)
    .addOption(failOnOption('what --check fails on (default: all), separated by commas'))
    .option('--verify', "run the repository's tests afterwards, and put everything back if they fail")
    .option(
      '--format',
      "format the template's side by the repository's own Prettier or Biome before merging; runs its code",
    )
    .option('--continue', 'go on once conflicts are resolved, or after an interruption')
    .option('--abort', 'put everything back as it was before the upgrade')
    .option('--allow-conflicts', 'exit with 0 although conflicts are left')
    .option('--allow-dirty', 'go ahead although there are changes in no commit')
    .option('--report <form>', 'print a report: md for a pull request, or json')
    .option('-y, --yes', 'take the default of every new question')
    .option('--json', 'print the plan or the error as JSON; never asks')
    .action(async (directory: string | undefined, flags: RegenerateFlags) => {
      const { regenerate } = await import('./commands/regenerate.ts');
      // Flags that the program has too are read as its own, wherever they stand.
      const shared = program.opts<RegenerateFlags>();
      const both = { set: [...shared.set, ...flags.set], preset: [...shared.preset, ...flags.preset] };
      exit(await regenerate(directory, { ...shared, ...flags, ...both }));
    });

  for (const [name, what] of [
    ['add', 'Adds features to a repository: its files, dependencies, keys, alerts and docs.'],
    ['remove', 'Removes features from a repository; what was edited in it stays and is reported.'],
  ] as const) {
    program
      .command(name)
      .argument('<feature...>', `names of features: ${FEATURE_NAMES.join(', ')}`)
      .description(what)
      .option('--directory <directory>', 'the repository; the current directory where none is named')
      .option('--dry-run', 'show what would be done; write nothing')
      .option('--diff', 'show it as a unified diff; write nothing')
      .option('--verify', "run the repository's tests afterwards, and put everything back if they fail")
      .option(
        '--format',
        "format the template's side by the repository's own Prettier or Biome before merging; runs its code",
      )
      .option('--allow-conflicts', 'exit with 0 although conflicts are left')
      .option('--allow-dirty', 'go ahead although there are changes in no commit')
      .option('--report <form>', 'print a report: md for a pull request, or json')
      .option('--json', 'print the plan or the error as JSON')
      .action(async (features: string[], flags: FeatureFlags) => {
        const { changeFeatures } = await import('./commands/features.ts');
        // Flags that the program has too are read as its own, wherever they stand.
        const { dryRun, json } = program.opts<FeatureFlags>();
        exit(await changeFeatures(name, features, { ...(dryRun && { dryRun }), ...(json && { json }), ...flags }));
      });
  }

  program
    .command('status')
    .argument('<directory...>', 'the repositories; others are named as such')
    .description('Shows where repositories stand: versions, hand edits, and what an upgrade would do.')
    .addOption(presetOption('judge them by this policy instead of the one each is under'))
    .addOption(failOnOption('exit with 2 where one of these is found, separated by commas'))
    .option('--json', 'print it as JSON')
    .action(async (directories: string[], flags: { json?: boolean; failOn?: string; preset: readonly string[] }) => {
      const { status } = await import('./commands/status.ts');
      const preset = [...program.opts<{ preset: readonly string[] }>().preset, ...flags.preset];
      exit(status(directories, { ...flags, json: wantsJson(flags), preset }, process.stdout));
    });

  program
    .command('doctor')
    .description('Checks whether this machine is ready.')
    .option('--json', 'print the findings as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts');
      exit(await doctor({ json: wantsJson(flags) }));
    });
  return program;
}
