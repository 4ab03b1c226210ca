/** Keys of serving.yaml that belong to a feature, and its name. The schema has them where the feature was chosen. */
const FEATURE_KEYS: ReadonlyMap<string, string> = new Map([
  ['predictionLog', 'prediction-log'],
  ['feedback', 'feedback'],
  ['variants', 'variants'],
]);

/** What to do about a key that the schema does not have; undefined where it is no feature's. */
export function adviceForKey(field: string): string | undefined {
  const feature = FEATURE_KEYS.get(field);
  if (feature === undefined) return undefined;
  return `It belongs to the feature ${feature}, which this repository does not have: run create-ml-serving add ${feature}, or remove the key.`;
}
