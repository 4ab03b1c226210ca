import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ServingError } from '../errors.ts';
import type { Model } from './schema.ts';
import { modelTensors } from './walk.ts';

/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;

/** A file beside the model that holds weights. */
export interface ExternalFile {
  /** As the model names it: relative to its own folder. */
  readonly location: string;
  /** How many bytes of it the model uses, counted from its beginning. */
  readonly used: number;
  readonly tensors: number;
}

/** The files that hold weights of a model, each named once. Nothing on disk is looked at. */
export function externalFiles(model: Model, name: string): ExternalFile[] {
  const files = new Map<string, { used: number; tensors: number }>();
  for (const { dataLocation, externalData } of modelTensors(model)) {
    if (dataLocation !== EXTERNAL) continue;
    const entries = new Map(externalData.map(({ key, value }) => [key, value]));
    const location = safeLocation(entries.get('location'), name);
    const end = byteCount(entries.get('offset'), location, name) + byteCount(entries.get('length'), location, name);
    const file = files.get(location) ?? { used: 0, tensors: 0 };
    files.set(location, { used: Math.max(file.used, end), tensors: file.tensors + 1 });
  }
  return [...files].map(([location, file]) => ({ location, ...file }));
}

/** A data file as it is found on disk. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** Where it really is, for a file that is reached through a link. */
  readonly linkedTo?: string;
}

/**
 * Looks for a data file; refuses what is missing, too short, or reached through a link. Links within the model's own cache
 * are the exception: there every file of a model is one.
 * @throws MODEL_EXTERNAL_DATA
 */
export function findExternal(modelPath: string, file: ExternalFile): FoundFile {
  const refuse = (why: string, hint?: string) =>
    refusal(modelPath, `its data file ${show(file.location)} ${why}`, hint);
  const path = join(dirname(modelPath), file.location);
  const isLinked = isReachedByLink(dirname(modelPath), file.location);
  const real = isLinked ? linkTarget(modelPath, path, refuse) : path;
  const stat = lstatSync(real, { throwIfNoEntry: false });
  if (stat === undefined) throw refuse('is not there');
  if (!stat.isFile()) throw refuse('is no plain file');
  if (stat.size < file.used) throw refuse(`has ${stat.size} bytes, but the model needs ${file.used}`);
  return { path: real, bytes: stat.size, ...(isLinked && { linkedTo: real }) };
}

function isReachedByLink(folder: string, location: string): boolean {
  const segments = location.split('/');
  return segments.some((_, at) => {
    const stat = lstatSync(join(folder, ...segments.slice(0, at + 1)), { throwIfNoEntry: false });
    return stat?.isSymbolicLink() ?? false;
  });
}

function linkTarget(modelPath: string, path: string, refuse: (why: string, hint?: string) => ServingError): string {
  const cache = modelCache(modelPath);
  const hint = 'Copy the files themselves (cp -L).';
  if (cache === undefined) throw refuse('is reached through a symbolic link', hint);
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw refuse('is a link to nothing', 'Download the model again.');
  }
  const inside = relative(realpathSync(cache), real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw refuse(`is reached through a symbolic link that leaves the model's cache ${cache}`, hint);
  return real;
}

/**
 * The folder of one model in Hugging Face's cache: `snapshots/<revision>/` holds links to files in `blobs/`.
 * Undefined where the model is in no such folder.
 */
function modelCache(modelPath: string): string | undefined {
  for (let at = dirname(resolve(modelPath)); dirname(at) !== at; at = dirname(at)) {
    const above = dirname(at);
    if (basename(above) === 'snapshots' && existsSync(join(dirname(above), 'blobs'))) return dirname(above);
  }
  return undefined;
}

/** A path is taken only if it reads the same on every system and stays in the model's folder. */
function safeLocation(location: string | undefined, model: string): string {
  if (!location) throw refusal(model, 'it says that weights are in another file, and not in which');
  const segments = location.replace(/^(\.\/)+/, '').split('/');
  const strange = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (strange || /[\\:*?"<>|\u0000-\u001f\u007f]/.test(location)) {
    throw refusal(model, `its data file ${show(location)} is not a plain path within the model's folder`);
  }
  return segments.join('/');
}

function byteCount(text: string | undefined, location: string, model: string): number {
  const count = Number(text ?? '0');
  if (text !== undefined && (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(count))) {
    throw refusal(model, `it names the bytes ${show(text)} of ${show(location)}`);
  }
  return count;
}

function refusal(model: string, problem: string, hint?: string): ServingError {
  return new ServingError('MODEL_EXTERNAL_DATA', `${model}: ${problem}.`, hint === undefined ? {} : { hint });
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
