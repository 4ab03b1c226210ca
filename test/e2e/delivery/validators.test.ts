import { CASES } from './support/stamp.ts';
import { describeValidators } from './support/validators/describe.ts';
import { validators } from './support/validators.ts';

/* Every delivery artefact, for every choice that changes one, before the program that judges it for real. */

describeValidators(validators, {
  casesOf: ({ ci }) =>
    Object.entries(CASES).flatMap(([name, known]) =>
      ci === undefined || known.ci === ci ? [[name, known.sets] as const] : [],
    ),
  plant: 'replace',
  timeout: 60_000,
});
