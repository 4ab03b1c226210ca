import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { GivenModel } from '../../generators/app/given-model.ts';
import { isInstalled } from '../../generators/app/surroundings/surroundings.ts';
import { askGolden, compareWithRecord } from '../../generators/app/tools/golden.ts';
import { abortApply, applyChanges, finishApply } from '../../generators/apply/apply.ts';
import type { WriteChange } from '../../generators/apply/change.ts';
import { layoutOf, placeOf } from '../../generators/apply/layout.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { observe } from '../../generators/apply/observe.ts';
import type { FileContents } from '../../generators/contents.ts';
import { ServingError } from '../../generators/errors.ts';
import { changeInterface } from '../../generators/onnx/interface.ts';
import { nextVersion } from '../../generators/onnx/next-version.ts';
import { recordNotes } from '../../generators/onnx/training-record.ts';
import { rootOf } from '../../generators/regenerate/root.ts';
import { readServingFile } from '../../generators/render/serving-file.ts';
import { limitChanges } from '../../generators/render/serving-limits.ts';
import { releaseInServingYaml } from '../../generators/render/serving-yaml.ts';
import { readGivenModel } from '../given-model.ts';
import { releaseFiles } from '../release-files.ts';
import { releaseReport } from '../release-report.ts';

export interface ModelFlags {
  readonly version?: string;
  readonly directory?: string;
  /** Samples with the training library's answers, or the folder of a record of training; without them the kept samples get the new model's. */
  readonly golden?: string;
  /** Of a model of token ids; looked for beside the model where none is named. */
  readonly tokenizer?: string;
  readonly dryRun?: boolean;
}

/** `create-ml-serving model <file.onnx>`: releases another model into a repository. @returns the exit code */
export async function model(file: string, flags: ModelFlags, tell: (line: string) => void): Promise<number> {
  const root = rootOf(flags.directory ?? '.');
  const text = readText(join(root, 'serving.yaml'));
  const before = readServingFile(text);
  const given = readGivenModel({ ...flags, model: file }, before.type, (path) => existsSync(join(root, path)));
  const { intake, released } = given;
  const proposed = intake.propose(before.type);
  const change = changeInterface(before, proposed);
  const release = { changesInterface: change.differences.length > 0, first: before.placeholder };
  const version = nextVersion(before.version, flags.version, release);
  const limits = limitChanges(text, change);
  for (const line of given.record ? recordNotes(given.record) : []) tell(line);
  for (const line of releaseReport(before, intake, proposed, change, version, limits)) tell(line);
  if (flags.dryRun) return 0;

  const { inputs, outputs } = change;
  const { sha256 } = intake;
  const yaml = releaseInServingYaml(text, { version, sha256, released, inputs, outputs });
  const files = [...releaseFiles(root, before, given, change), ['serving.yaml', Buffer.from(yaml)] as const];
  applyChanges(
    root,
    files.map(([path, bytes]) => write(root, path, bytes)),
    { hold: true },
  );
  try {
    await checkGolden(root, given, tell);
  } catch (error) {
    abortApply(root);
    throw error;
  }
  finishApply(root);
  if (existsSync(join(root, posix.dirname(before.file), 'reference.json'))) {
    tell('Drift is not counted until there is a reference of this model: npm run reference -- <file of training data>');
  }
  tell(`Released version ${version}. Next: npm test, then commit.`);
  return 0;
}

function write(root: string, path: string, bytes: FileContents): WriteChange {
  const before = observe(nodeDisk, placeOf(layoutOf(root), path));
  if (typeof before === 'string' && before !== 'absent') {
    throw new ServingError('PATH_UNSAFE', `${path} is a ${before} in ${root}, where the model's file belongs.`);
  }
  return { kind: 'write', path, bytes, mode: before === 'absent' ? 0o644 : before.mode, before };
}

/** The repository's own code runs the model: the one that will serve it. */
async function checkGolden(root: string, { golden, record }: GivenModel, tell: (line: string) => void): Promise<void> {
  if (!isInstalled(root)) {
    tell(
      'The model was not tried, because the dependencies are not installed: npm ci, npm run check, then npm run golden -- --write',
    );
    return;
  }
  try {
    if (record) await compareWithRecord(root, record.folder, tell);
    await askGolden(root, golden === undefined, tell);
  } catch (cause) {
    if (!(cause instanceof ServingError)) throw cause;
    throw new ServingError('MODEL_GOLDEN', `The model does not hold what was promised. ${cause.message}`, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ServingError('SERVING_YAML_INVALID', `${path} cannot be read (${code}).`, { cause });
  }
}
