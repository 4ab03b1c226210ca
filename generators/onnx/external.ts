import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** Size on disk of a data file; refuses what is missing, too short, or reached through a link. */
export function externalSize(modelPath: string, file: ExternalFile): number {
  let at = dirname(modelPath);
  let size = 0;
  const segments = file.location.split('/');
  for (const [depth, segment] of segments.entries()) {
    at = join(at, segment);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    const refuse = (why: string, hint?: string) =>
      refusal(modelPath, `its data file ${show(file.location)} ${why}`, hint);
    if (stat === undefined) throw refuse('is not there');
    if (stat.isSymbolicLink()) throw refuse('is reached through a symbolic link', 'Copy the files themselves (cp -L).');
    const last = depth === segments.length - 1;
    if (last ? !stat.isFile() : !stat.isDirectory()) throw refuse('is no plain file');
    size = stat.size;
    if (last && size < file.used) throw refuse(`has ${size} bytes, but the model needs ${file.used}`);
  }
  return size;
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
