/** The team's room; see the documentation. */
export function preprocess(instance) {
  return Number(instance);
}
