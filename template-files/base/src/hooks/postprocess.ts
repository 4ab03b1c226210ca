/**
 * Your room: what is special about your predictions, before they are sent. Upgrades of the template never touch this folder.
 *
 * `postprocess` gets each prediction of POST /predict, and the instance as the client sent it, and returns what is sent.
 * A promise is awaited. What JSON has no form for (undefined, NaN) fails the request. Undefined in the place of the hook, the
 * default, costs nothing. Golden samples are compared with the model's own answers, before this hook.
 *
 *     export const postprocess: Postprocess | undefined = (prediction) => {
 *       const { label, probabilities } = prediction as { label: string; probabilities: Record<string, number> };
 *       return { label, certain: (probabilities[label] ?? 0) > 0.9 };
 *     };
 */
export type Postprocess = (prediction: unknown, instance: unknown) => unknown;

export const postprocess: Postprocess | undefined = undefined;
