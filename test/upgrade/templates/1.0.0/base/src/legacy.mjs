/** The name older clients know. */
export function legacyName() {
  return 'iris';
}
