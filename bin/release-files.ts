import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type GivenModel, tokenizerFiles } from '../generators/app/given-model.ts';
import type { FileContents } from '../generators/contents.ts';
import { goldenText, parseGoldenFile } from '../generators/onnx/golden-file.ts';
import type { InterfaceChange } from '../generators/onnx/interface.ts';
import { modelFolder } from '../generators/onnx/model-folder.ts';
import { placeholderInstance } from '../generators/render/placeholder-instance.ts';
import type { ServingFile } from '../generators/render/serving-file.ts';

/** The files that a release writes beside serving.yaml, by their path in the repository. */
export function releaseFiles(
  root: string,
  before: ServingFile,
  given: GivenModel,
  change: InterfaceChange,
): Map<string, FileContents> {
  const folder = posix.dirname(before.file);
  const golden = posix.join(folder, 'golden.json');
  const tokenizer = given.tokenizer ? tokenizerFiles(given, change.inputs) : new Map<string, Uint8Array>();
  const taken = [golden, ...tokenizer.keys()].map((path) => posix.relative(folder, path));
  const model = modelFolder(given.intake, posix.basename(before.file), taken);
  const samples = given.golden ?? newSamples(join(root, golden), before, change);
  return new Map<string, FileContents>([
    ...[...model].map(([path, bytes]) => [posix.join(folder, path), bytes] as const),
    ...tokenizer,
    ...(samples ? [[golden, samples] as const] : []),
  ]);
}

/**
 * The samples of the release before, where they may not fit any more with one beside them that does: what the model does
 * not take is dropped when it is asked, and what nobody has answered gets its answer. Undefined where all stays.
 */
function newSamples(path: string, before: ServingFile, change: InterfaceChange): Uint8Array | undefined {
  const kept = existsSync(path) ? parseGoldenFile(readFileSync(path, 'utf8'), path, 'open') : undefined;
  if (kept && change.differences.length === 0) return undefined;
  const { inputs, outputs } = change;
  const fresh = { instance: placeholderInstance({ modelType: before.type, inputs, outputs }) };
  return Buffer.from(goldenText({ tolerance: 1e-5, ...kept, samples: [...(kept?.samples ?? []), fresh] }));
}
