/**
 * The catalogue of errors a person can meet: each has a stable code, an exit code and a hint that says what to do.
 * The message (what and where) is written where the error is raised; everything else stands here, as data.
 */

/** Exit codes are a contract: 0 done; 1 nothing was changed; 2 `--check` found something; 3 conflicts are left; 4 written, but a later step failed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

interface ErrorKind {
  readonly exit: ExitCode;
  /** What to do, unless the place that raises the error knows better. */
  readonly hint: string;
}

const kinds = {
  ANSWERS_INVALID: { exit: 1, hint: 'Mend what is named. create-ml-serving --help lists the keys.' },
  ANSWERS_UNREADABLE: { exit: 1, hint: 'Name an existing YAML or JSON file.' },
  CANCELLED: { exit: 1, hint: 'Nothing was written. Run the command again when you are ready.' },
  DIRECTORY_INVALID: { exit: 1, hint: 'Name a directory that can be made.' },
  DIRECTORY_NOT_EMPTY: {
    exit: 1,
    hint: 'Choose another directory, or add --force: it writes the files of the template and touches no others.',
  },
  DISK_FULL: { exit: 1, hint: 'Free some space and run the command again.' },
  FEATURE_IN_USE: {
    exit: 1,
    hint: 'Nothing was changed. Remove the key from serving.yaml first: without the feature the service would not start with it.',
  },
  FEATURE_NEEDED: { exit: 1, hint: 'Nothing was changed. Remove the features that need it too.' },
  GIT_FAILED: { exit: 4, hint: 'The repository is written. Run the git command yourself to see what it says.' },
  GIT_NOT_FOUND: { exit: 1, hint: 'Install Git, or add --no-git.' },
  GOLDEN_FAILED: {
    exit: 4,
    hint: 'The repository is written. Put requests that the model takes into model/golden.json, then npm run golden -- --write.',
  },
  INSTALL_FAILED: { exit: 4, hint: 'The repository is written. Mend what npm reports and run npm install in it.' },
  INTERRUPTED: {
    exit: 4,
    hint: 'The repository is complete, but what comes after was left: run npm install and git init in it.',
  },
  POLICY_LOCKED: {
    exit: 1,
    hint: 'Nothing was changed. Leave the answer out, or ask whoever keeps the preset; --preset FILE brings another policy.',
  },
  PRESET_INVALID: { exit: 1, hint: 'Mend what is named. docs/POLICY.md shows what a preset holds.' },
  PRESET_UNREADABLE: { exit: 1, hint: 'Name an existing YAML or JSON file.' },
  NODE_TOO_OLD: { exit: 1, hint: 'Install Node.js 20.19 or newer; 24 is recommended.' },
  NPM_NOT_FOUND: { exit: 1, hint: 'Install npm, or add --no-install.' },
  USAGE: { exit: 1, hint: 'See create-ml-serving --help.' },
  FILE_OWNED: {
    exit: 1,
    hint: 'Nothing was changed. Take the file back first: --disown PATH, in the same run if you like.',
  },
  PATH_OUTSIDE: { exit: 1, hint: 'Nothing was changed. Name files and folders from the root of the repository.' },
  PATH_UNKNOWN: {
    exit: 1,
    hint: 'Nothing was changed. Name files or folders of the template as .ml-serving/manifest.json lists them; all others are yours already.',
  },
  PATH_UNSAFE: { exit: 1, hint: 'Nothing was touched. Take the path out of the file that names it.' },
  PLAN_COLLISION: { exit: 1, hint: 'Rename one of the two files, then run again.' },
  NOT_WRITABLE: { exit: 1, hint: 'Give yourself the right to write there (chmod u+w), then run again.' },
  NOT_READABLE: { exit: 1, hint: 'Check the path, and give yourself the right to read there.' },
  CHANGED_ON_DISK: { exit: 1, hint: 'Something else wrote to these files. Look at them, then run again.' },
  BUSY: { exit: 1, hint: 'Wait for the other run to end. If there is none, delete the lock file and run again.' },
  PENDING: {
    exit: 1,
    hint: 'Finish it with create-ml-serving regenerate --continue, or undo it with create-ml-serving regenerate --abort.',
  },
  NOTHING_PENDING: { exit: 1, hint: 'Run create-ml-serving regenerate to start an upgrade.' },
  JOURNAL_DAMAGED: {
    exit: 1,
    hint: 'Restore the files with Git, then delete the folder .ml-serving/local and run again.',
  },
  APPLY_FAILED: { exit: 1, hint: 'This run left everything as it found it. Remove the cause, then run again.' },
  APPLY_HALF: {
    exit: 4,
    hint: 'Remove the cause, then run create-ml-serving regenerate --continue to finish, or --abort to put everything back.',
  },
  APPLY_OPEN: {
    exit: 4,
    hint: 'All changes are in place. Remove the cause, then run create-ml-serving regenerate --continue to close the run, or --abort to take it back.',
  },
  MODEL_NOT_FOUND: { exit: 1, hint: 'Check the path of the model file.' },
  MODEL_UNREADABLE: { exit: 1, hint: 'Give a plain file that this user may read.' },
  MODEL_NOT_ONNX: { exit: 1, hint: 'Export the model to ONNX again and give the .onnx file itself.' },
  MODEL_TRUNCATED: { exit: 1, hint: 'Copy or download the file again and compare its size with the original.' },
  MODEL_UNSUPPORTED: { exit: 1, hint: 'Export the model again with operators, opsets and types that the runtime has.' },
  MODEL_VERSION: { exit: 1, hint: 'Give --version with a higher version; a changed interface needs a new major one.' },
  MODEL_GOLDEN: {
    exit: 1,
    hint: 'Nothing was changed. Look at the differences; --golden takes a file of samples with the right answers, or the folder of a record of training.',
  },
  MODEL_MISMATCH: {
    exit: 1,
    hint: 'Nothing was written. create-ml-serving inspect shows the model; leave inputs and outputs out to take them from it.',
  },
  MODEL_OWN: {
    exit: 1,
    hint: 'Nothing was changed. Release a model with that interface (create-ml-serving model FILE.onnx), or say it in serving.yaml.',
  },
  MODEL_TOKENIZER: {
    exit: 1,
    hint: 'Name it with --tokenizer FILE; or add --set modelType=custom: clients then send token ids themselves.',
  },
  MODEL_PREPROCESSING: {
    exit: 1,
    hint: 'Save it again from the training, or move it away and write the steps of pictures (inputs[0].image) yourself.',
  },
  SERVING_YAML_INVALID: { exit: 1, hint: 'Mend serving.yaml: npm run check names every problem.' },
  MODEL_EXTERNAL_DATA: {
    exit: 1,
    hint: 'Keep the data files beside the .onnx file, as plain files, or export the model with its weights inside.',
  },
  NOT_STAMPED_OUT: {
    exit: 1,
    hint: 'Run it in a repository that create-ml-serving made, or name its directory.',
  },
  RECORD_DAMAGED: { exit: 1, hint: 'Restore the folder .ml-serving from Git, then run again.' },
  RECORD_NEWER: { exit: 1, hint: 'Use the version of create-ml-serving that wrote it, or a newer one.' },
  DOWNGRADE: { exit: 1, hint: 'Use that version of create-ml-serving, or a newer one.' },
  MIGRATION_FAILED: {
    exit: 1,
    hint: 'Nothing was changed. Report it with the file or the answer it names, or put that right by hand first.',
  },
  TREE_UNKNOWN: { exit: 1, hint: 'Mend what Git reports, or add --allow-dirty.' },
  GIT_INDEX_FAILED: { exit: 4, hint: 'The files are as they should be. Run git status to see what is left to add.' },
  TREE_DIRTY: { exit: 1, hint: 'Commit or stash your changes, or add --allow-dirty.' },
  UPGRADE_FIRST: {
    exit: 1,
    hint: 'Nothing was changed. Run create-ml-serving regenerate, commit what it brings, then run this again.',
  },
  VERIFY_FAILED: {
    exit: 1,
    hint: 'Everything was put back as it was. Run without --verify to keep the upgrade and look.',
  },
  CONFLICTS_LEFT: {
    exit: 3,
    hint: 'Resolve them, then run create-ml-serving regenerate --continue; or go back with --abort.',
  },
  INTERNAL: {
    exit: 1,
    hint: 'This is a defect of create-ml-serving. Run again with DEBUG=1 and report what it prints.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

/** What to do about an error, where it is said before the error happens. */
export function hintOf(code: ErrorCode): string {
  return kinds[code].hint;
}

/** The catalogue as a Markdown table for `docs/CLI.md`. */
export function errorTable(): string {
  const rows = Object.entries(kinds)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { exit, hint }]) => `| \`${code}\` | ${exit} | ${hint} |`);
  return ['| code | exit | what to do |', '| --- | --- | --- |', ...rows].join('\n');
}

/** An error a person can act on. Anything else that is thrown is a defect. */
export class ServingError extends Error {
  readonly code: ErrorCode;
  readonly exit: ExitCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ServingError';
    this.code = code;
    this.exit = kinds[code].exit;
    this.hint = options.hint ?? kinds[code].hint;
  }
}
