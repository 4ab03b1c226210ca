/** The team's room. */
export function preprocess(instance) {
  return Number(instance);
}
