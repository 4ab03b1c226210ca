import type { Postprocess } from '#runtime/api';

/**
 * What is special about your predictions, before they are sent. Upgrades of the template never touch this folder.
 *
 * The hook gets the predictions of a request of POST /predict, and returns as many things to be sent. `context.instances` has the
 * instances as the client sent them. Time and errors are those of `preprocess`. What JSON has no form for (undefined, NaN) fails the
 * request. Undefined, the default, costs nothing. Golden samples are compared with the model's own answers, before this hook.
 *
 *     export const postprocess = definePostprocess<{ label: string; probabilities: Record<string, number> }>(async (rows) =>
 *       rows.map(({ label, probabilities }) => ({ label, certain: (probabilities[label] ?? 0) > 0.9 })),
 *     );
 */
export const postprocess: Postprocess | undefined = undefined;
