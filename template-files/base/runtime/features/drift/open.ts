import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { createDecoder } from '../../inference/postprocess/decoder.ts';
import { type Watched, watchedFeatures, watchedOutputs } from '../../inference/watched.ts';
import { checkFit, parseReference, type Reference, relabelled } from './reference.ts';

/** What is watched of a model, and the reference that it is compared with. */
export interface Opened {
  readonly features: readonly Watched[];
  readonly outputs: readonly Watched[];
  readonly reference: Reference | undefined;
  /** Why a reference that is there is not used. */
  readonly refused: ServiceError | undefined;
  /** It is refused because it is another version's: true after every release, until a new one is made. */
  readonly stale: boolean;
}

/** What is watched of a model. */
export function watchedOf(serving: Serving): Pick<Opened, 'features' | 'outputs'> {
  return { features: watchedFeatures(serving), outputs: watchedOutputs(serving, createDecoder(serving).fetch) };
}

/**
 * Never throws: a service whose drift cannot be seen still answers.
 * @param read the text of the reference, if there is one
 */
export function openReference(read: () => string | undefined, serving: Serving): Opened {
  const watched = watchedOf(serving);
  const { features, outputs } = watched;
  const opened = { ...watched, reference: undefined, refused: undefined, stale: false };
  try {
    const text = read();
    if (text === undefined) return opened;
    const reference = parseReference(text);
    const { version, sha256 } = reference.model;
    if (sha256 !== serving.model.sha256) {
      const message = `reference.json: made for another model (${version}, ${sha256.slice(0, 12)}): run npm run reference -- <file of training data>`;
      return { ...opened, refused: new ServiceError('REFERENCE_INVALID', message), stale: true };
    }
    const current = relabelled(reference, outputs);
    checkFit(current, features, outputs);
    return { ...opened, reference: current };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ...opened, refused: error };
  }
}
