/**
 * Your room: what is special about your clients' instances, before they are checked against serving.yaml. Upgrades of the
 * template never touch this folder.
 *
 * `preprocess` gets each instance of POST /predict as the client sent it, and returns the instance that serving.yaml
 * describes, or a promise of it. Throw `inputError(where, expected, found)` of ../errors.ts for a 400; any other error is a 500
 * HOOK_FAILED. Undefined, the default, costs nothing.
 * Where the model takes INT64 or UINT64, integers beyond 2^53 in JSON are bigints, so that no digit is lost.
 * In a CSV file for `npm run batch`, columns that serving.yaml does not know are numbers where their text is one in JSON.
 *
 *     export const preprocess: Preprocess | undefined = (instance) => {
 *       const { length_mm, ...rest } = instance as { length_mm: number };
 *       return { ...rest, length_cm: length_mm / 10 };
 *     };
 */
export type Preprocess = (instance: unknown, index: number) => unknown;

export const preprocess: Preprocess | undefined = undefined;
