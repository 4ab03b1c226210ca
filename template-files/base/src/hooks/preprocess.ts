import type { Preprocess } from '#runtime/api';

/**
 * What is special about your clients' instances, before they are validated. Upgrades of the template never touch this folder.
 *
 * The hook gets the instances of a request of POST /predict as the client sent them, and returns as many, as serving.yaml describes
 * them. It has until the request's deadline. `throw new HttpError(422, 'CODE', 'text')` answers exactly that, `inputError(where, expected,
 * found)` is a 400; any other error is a 500 HOOK_FAILED, with its reason in the log. Undefined, the default, costs nothing.
 * Where the model takes INT64 or UINT64, integers beyond 2^53 in JSON are bigints, so that no digit is lost.
 * In a CSV file (the feature batch reads such), columns that serving.yaml does not know are numbers where their text is one in JSON.
 *
 *     export const preprocess = definePreprocess<{ length_mm: number }>(async (rows) =>
 *       rows.map(({ length_mm, ...rest }) => ({ ...rest, length_cm: length_mm / 10 })),
 *     );
 */
export const preprocess: Preprocess | undefined = undefined;
