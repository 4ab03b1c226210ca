import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { command } from '../../generators/app/tools/command.ts';
import { abortApply, applyChanges, finishApply } from '../../generators/apply/apply.ts';
import type { WriteChange } from '../../generators/apply/change.ts';
import { layoutOf, placeOf } from '../../generators/apply/layout.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { observe } from '../../generators/apply/observe.ts';
import { ServingError } from '../../generators/errors.ts';
import { type Intake, takeIn } from '../../generators/onnx/intake.ts';
import { changeInterface, type InterfaceChange } from '../../generators/onnx/interface.ts';
import { nextVersion } from '../../generators/onnx/next-version.ts';
import type { ProposedSchema, Unknown } from '../../generators/onnx/propose.ts';
import { rootOf } from '../../generators/regenerate/root.ts';
import { readServingFile, type ServingFile } from '../../generators/render/serving-file.ts';
import { releaseInServingYaml } from '../../generators/render/serving-yaml.ts';

export interface ModelFlags {
  readonly version?: string;
  readonly directory?: string;
  /** Samples with the training library's answers; without them the kept samples get the new model's. */
  readonly golden?: string;
  readonly dryRun?: boolean;
}

/** `create-ml-serving model <file.onnx>`: releases another model into a repository. @returns the exit code */
export async function model(file: string, flags: ModelFlags, tell: (line: string) => void): Promise<number> {
  const root = rootOf(flags.directory ?? '.');
  const text = readText(join(root, 'serving.yaml'));
  const before = readServingFile(text);
  const intake = takeIn(file);
  const change = changeInterface(before, intake.schema);
  const release = { changesInterface: change.differences.length > 0, first: before.placeholder };
  const version = nextVersion(before.version, flags.version, release);
  for (const line of report(before, intake, change, version)) tell(line);
  if (flags.dryRun) return 0;

  const { inputs, outputs } = change;
  const released = new Date().toISOString().slice(0, 10);
  const yaml = releaseInServingYaml(text, { version, sha256: intake.sha256, inputs, outputs, released });
  const files = [...modelFiles(before.file, intake, flags.golden), { path: 'serving.yaml', bytes: Buffer.from(yaml) }];
  applyChanges(
    root,
    files.map((item) => write(root, item)),
    { hold: true },
  );
  try {
    await checkGolden(root, flags.golden === undefined, tell);
  } catch (error) {
    abortApply(root);
    throw error;
  }
  finishApply(root);
  tell(`Released version ${version}. Next: npm test, then commit.`);
  return 0;
}

interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function modelFiles(path: string, intake: Intake, golden: string | undefined): NewFile[] {
  const folder = posix.dirname(path);
  return [
    { path, bytes: intake.bytes },
    ...intake.externalData.map((data) => ({ path: posix.join(folder, data.location), bytes: readFileSync(data.path) })),
    ...(golden === undefined
      ? []
      : [{ path: posix.join(folder, 'golden.json'), bytes: Buffer.from(readText(golden)) }]),
  ];
}

function write(root: string, { path, bytes }: NewFile): WriteChange {
  const before = observe(nodeDisk, placeOf(layoutOf(root), path));
  if (typeof before === 'string' && before !== 'absent') {
    throw new ServingError('PATH_UNSAFE', `${path} is a ${before} in ${root}, where the model's file belongs.`);
  }
  return { kind: 'write', path, bytes, mode: before === 'absent' ? 0o644 : before.mode, before };
}

/** The repository's own code runs the model: the one that will serve it. */
async function checkGolden(root: string, rewrite: boolean, tell: (line: string) => void): Promise<void> {
  if (!existsSync(join(root, 'node_modules', 'onnxruntime-node'))) {
    tell('The golden samples were not run: npm ci, then npm run golden -- --write');
    return;
  }
  const result = await command(
    'npm',
    ['run', '--silent', 'golden', ...(rewrite ? ['--', '--write'] : [])],
    root,
    'pipe',
  );
  for (const line of result.stdout.split('\n').filter(Boolean)) tell(line);
  if (result.exitCode !== 0) {
    throw new ServingError('MODEL_GOLDEN', `The model does not hold what was promised: ${result.stderr.trim()}`);
  }
}

function report(before: ServingFile, intake: Intake, change: InterfaceChange, version: string): string[] {
  const breaks = change.differences.length > 0;
  const meaning = before.placeholder
    ? 'the first model, in the place of the placeholder'
    : breaks
      ? 'major: clients have to change'
      : 'minor: the same interface, clients need not change';
  const { modelType } = intake.schema;
  return [
    ...intake.changes,
    `${before.version} -> ${version}, ${meaning}`,
    ...change.differences.map((difference) => `  ${difference}`),
    ...leftOpen(intake.schema, change).map(({ path, question }) => `  to be filled in: ${question} (${path})`),
    ...(breaks && modelType !== before.type
      ? [`  it looks like ${modelType}, and serving.yaml says ${before.type}`]
      : []),
  ];
}

/** What neither the model nor the release before it tells. */
function leftOpen({ inputs, outputs, unknown }: ProposedSchema, change: InterfaceChange): Unknown[] {
  const proposed = new Set<unknown>([...inputs, ...outputs]);
  const stillProposed = (side: 'inputs' | 'outputs') =>
    (side === 'inputs' ? inputs : outputs).map(({ name }) =>
      proposed.has(change[side].find((tensor) => tensor.name === name)),
    );
  const open = { inputs: stillProposed('inputs'), outputs: stillProposed('outputs') };
  return unknown.filter(({ path }) => {
    const place = /^(inputs|outputs)\[(\d+)\]/.exec(path);
    return place !== null && open[place[1] as 'inputs' | 'outputs'][Number(place[2])];
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ServingError('SERVING_YAML_INVALID', `${path} cannot be read (${code}).`, { cause });
  }
}
