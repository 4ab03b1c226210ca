import { fileValidators } from './validators/files.ts';
import { manifestValidators } from './validators/manifests.ts';
import { pipelineValidators } from './validators/pipelines.ts';
import type { Validator } from './validators/validator.ts';

/** What real programs say about the artefacts, by program. */
export const validators: Readonly<Record<string, Validator>> = {
  ...pipelineValidators,
  ...fileValidators,
  ...manifestValidators,
};
