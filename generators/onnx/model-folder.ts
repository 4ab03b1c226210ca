import { type FileContents, fileContents } from '../contents.ts';
import { ServingError } from '../errors.ts';
import type { CompanionFile, Intake } from './intake.ts';

/**
 * The files of a model that has been taken in, by their path below the model's folder: the model under its new name, and
 * the weights beside it under the names that it knows them by.
 * @param taken names that belong to other files of the folder
 * @throws MODEL_EXTERNAL_DATA where a data file has the name of another file
 */
export function modelFolder(
  { bytes, externalData }: Pick<Intake, 'bytes' | 'externalData'>,
  name: string,
  taken: readonly string[],
): Map<string, FileContents> {
  // Names that differ by case alone are one file on many disks.
  const used = new Set([name, ...taken].map((path) => path.toLowerCase()));
  const files = new Map<string, FileContents>([[name, bytes]]);
  for (const data of externalData) {
    if (used.has(data.location.toLowerCase())) throw refusal(data);
    files.set(data.location, fileContents(data.path));
  }
  return files;
}

function refusal({ location }: CompanionFile): ServingError {
  const message = `the model keeps weights in ${JSON.stringify(location)}, which is the name of another file in the repository's model folder.`;
  return new ServingError('MODEL_EXTERNAL_DATA', message, {
    hint: 'Export the model with another name for its data file, or with its weights inside.',
  });
}
