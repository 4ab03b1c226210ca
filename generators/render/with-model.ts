import type { FileContents } from '../contents.ts';
import type { Answers } from '../questions/questions.ts';
import type { Tree, TreeFile } from '../tree.ts';
import { withoutDerivedBatchSize } from './batch-size.ts';
import { releaseInServingYaml } from './serving-yaml.ts';

/** A model that takes the place of the one the template brings. */
export interface RealModel {
  /** By path in the repository. */
  readonly files: ReadonlyMap<string, FileContents>;
  /** Of the model file, hex. */
  readonly sha256: string;
  /** The day it was released, YYYY-MM-DD. */
  readonly released: string;
  /** The graph shows that rows depend on each other: no batch size is stated for it. */
  readonly mixesRows: boolean;
}

/** A file of a tree, of which the contents may be too large for memory. */
export type PlacedFile = Omit<TreeFile, 'bytes'> & { readonly bytes: FileContents };

const FOLDER = 'model/';

/**
 * The repository with a real model. The record keeps the tree without it: to an upgrade the model is an edit like any
 * release, so that every later version merges with it as with a release made by hand.
 */
export function withModel(tree: Tree, answers: Answers, model: RealModel): Map<string, PlacedFile> {
  const rest = [...tree].filter(([path]) => !path.startsWith(FOLDER));
  const yaml = tree.get('serving.yaml') as TreeFile;
  const { modelVersion: version, inputs, outputs } = answers;
  const { sha256, released } = model;
  const yamlText = releaseInServingYaml(Buffer.from(yaml.bytes).toString('utf8'), {
    version,
    sha256,
    released,
    inputs,
    outputs,
  });
  const text = model.mixesRows ? withoutDerivedBatchSize(yamlText) : yamlText;
  const files = [...model.files].map(([path, bytes]) => [path, { bytes, mode: 0o644, owner: 'seeded' }] as const);
  const all: (readonly [string, PlacedFile])[] = [
    ...rest,
    ['serving.yaml', { ...yaml, bytes: Buffer.from(text) }],
    ...files,
  ];
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}
