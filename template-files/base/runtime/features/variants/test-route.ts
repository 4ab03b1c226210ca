import { describe, ServiceError } from '../../errors.ts';
import type { Schema } from '../../http/openapi/schemas.ts';
import type { Model } from '../../inference/models.ts';

/** What GET /predict/test takes where there are two models. */
export const VARIANT_PARAMETER: Schema = {
  name: 'variant',
  in: 'query',
  description: 'Which version of the model.',
  schema: { enum: ['main', 'candidate'] },
};

/** The model that `?variant=` names, the first one where it is left out. @throws INVALID_REQUEST when there is no such model */
export function byVariant(models: readonly [Model, ...Model[]]): (query: URLSearchParams) => Model {
  return (query) => {
    const name = query.get('variant') ?? models[0].name;
    const found = models.find((one) => one.name === name);
    if (found) return found;
    const names = models.map((one) => one.name).join(', ');
    throw new ServiceError('INVALID_REQUEST', `variant: expected one of ${names}, found ${describe(name)}`);
  };
}
