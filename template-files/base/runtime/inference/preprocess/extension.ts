import type { Serving } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import type { Capacity } from '../limits/capacity.ts';
import type { Encoder, OnInvalid } from './encoder.ts';

interface Extension {
  readonly createEncoder: (
    serving: Serving,
    onInvalid: OnInvalid,
    folder: string,
    capacity: Capacity,
  ) => Encoder | Promise<Encoder>;
}

/**
 * Encoders that need a library of their own (pictures, tokens) are in the repositories of such models only, and are
 * loaded by name: the others carry neither the code nor the library.
 */
export function createExtensionEncoder(
  name: 'images' | 'tokens',
  serving: Serving,
  onInvalid: OnInvalid,
  folder: string,
  capacity: Capacity,
): Encoder {
  const loaded = load(name).then(({ createEncoder }) => createEncoder(serving, onInvalid, folder, capacity));
  // Reported by the first request, which is a golden sample.
  loaded.catch(() => {});
  return async (instances, reading) => (await loaded)(instances, reading);
}

async function load(name: string): Promise<Extension> {
  try {
    return (await import(`./${name}.ts`)) as Extension;
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new ServiceError(
      'CONFIG_INVALID',
      `serving.yaml model.type: this repository was stamped out for another type of model (${(error as Error).message}). ` +
        'Run `create-ml-serving regenerate --set modelType=<type>` and `npm install`.',
      { cause: error },
    );
  }
}
