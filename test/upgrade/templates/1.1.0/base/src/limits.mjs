const LIMITS = { instances: 1024 };

/** A limit by its name. */
export function limitOf(name) {
  return LIMITS[name];
}
