import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { createDecoder } from '../../inference/postprocess/decoder.ts';
import { type Watched, watchedFeatures, watchedOutputs } from '../../inference/watched.ts';
import { checkFit, parseReference, type Reference } from './reference.ts';

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

/** Never throws: a service whose drift cannot be seen still answers. */
export function openReference(text: string | undefined, serving: Serving): Opened {
  const features = watchedFeatures(serving);
  const outputs = watchedOutputs(serving, createDecoder(serving).fetch);
  const opened = { features, outputs, reference: undefined, refused: undefined, stale: false };
  if (text === undefined) return opened;
  try {
    const reference = parseReference(text);
    const { version, sha256 } = reference.model;
    if (sha256 !== serving.model.sha256) {
      const message = `reference.json: made for another model (${version}, ${sha256.slice(0, 12)}): run npm run reference -- <file of training data>`;
      return { ...opened, refused: new ServiceError('REFERENCE_INVALID', message), stale: true };
    }
    checkFit(reference, features, outputs);
    return { ...opened, reference };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ...opened, refused: error };
  }
}
