import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { decodeText } from '../merge/text.ts';
import { migrateText } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import type { Manifest } from '../project/manifest.ts';
import type { ProjectRecord } from '../project/read-record.ts';
import type { Tree } from '../tree.ts';
import { plainHash } from './line-ends.ts';
import { interfaceDifferences, SERVING_YAML, servedInterface } from './rollout/model.ts';
import type { Scan } from './scan.ts';

const FOLDER = 'model/';
const MODEL = 'model/model.onnx';
const TEXT = /\.(json|txt|csv|tsv|ya?ml|md)$/;

/** Answers that say what the model is, by the parts of serving.yaml that follow them; its name is nobody's but its own. */
const DESCRIBED = { type: 'modelType', inputs: 'inputs', outputs: 'outputs', name: null } as const;

export interface RenewalInput {
  readonly root: string;
  readonly record: Pick<ProjectRecord, 'manifest' | 'base'>;
  readonly theirs: Tree;
  readonly due: readonly Migration[];
  readonly scan: Scan;
}

/**
 * The files of the template's own model that go where the answers describe another one: serving.yaml names the model's hash,
 * so the two change together or not at all. Otherwise none: a seeded file is the team's.
 * @throws MODEL_OWN where the model that stands there is not the template's
 */
export function renewedModel(input: RenewalInput): ReadonlySet<string> {
  const { root, record, scan } = input;
  const files = record.manifest?.files ?? {};
  const changed = changedAnswers(input, files[SERVING_YAML]?.sha256);
  if (changed.length === 0) return new Set();
  const seeded = Object.keys(files).filter((path) => path.startsWith(FOLDER) && files[path]?.owner === 'seeded');
  const own = [...new Set([MODEL, ...seeded])].find((path) => isOwn(scan, path, files[path]));
  if (own === undefined) return new Set(seeded);
  const what = changed.join(', ');
  throw new ServingError(
    'MODEL_OWN',
    `${root} has a model of its own (${own} is not what the template wrote), and other answers do not change it: ${what}.`,
    changed.includes(DESCRIBED.type)
      ? { hint: 'A model of another type is another service: stamp one out with create-ml-serving --model FILE.onnx.' }
      : {},
  );
}

/** Which of the answers differ from those that the template rendered last. */
function changedAnswers({ record, theirs, due, scan }: RenewalInput, hash: string | undefined): string[] {
  const rendered = theirs.get(SERVING_YAML);
  if (hash === undefined || rendered === undefined || hash === sha256(rendered.bytes)) return [];
  const found = scan(SERVING_YAML);
  // Where it is damaged in the record, the file that nobody has edited is the same.
  const last =
    record.base(hash) ??
    (found?.kind === 'file' && plainHash(found.bytes() as Uint8Array) === hash ? found.bytes() : null);
  const text = last && decodeText(last);
  // Without the last one an edited file is in conflict, and stays as it is.
  if (text === null) return [];
  const old = servedInterface(migrateText(due, SERVING_YAML, text));
  const fresh = servedInterface(Buffer.from(rendered.bytes).toString('utf8'));
  return interfaceDifferences(old, fresh).flatMap((part) => DESCRIBED[part] ?? []);
}

/** Whether something else than the template's file stands there; what was removed is in nobody's way, but for the model. */
function isOwn(scan: Scan, path: string, entry: Manifest['files'][string] | undefined): boolean {
  const found = scan(path);
  if (found === null) return path === MODEL;
  if (found.kind !== 'file') return true;
  if (found.sha256 === entry?.sha256) return false;
  // A model may be larger than memory; only texts can have other ends of line.
  return !TEXT.test(path) || plainHash(found.bytes() as Uint8Array) !== entry?.sha256;
}
