/**
 * What a person types as instances: `{"instances": [...]}`, a list of instances, or one instance. A list is one instance
 * only where none of its items can be one (a row of numbers).
 */
export function toInstances(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === 'object' && item !== null) ? value : [value];
  }
  const { instances } = (value ?? {}) as { instances?: unknown };
  return Array.isArray(instances) ? instances : [value];
}

/** A picture file as the instance that an image model takes; undefined for any other file. */
export function pictureInstance(path: string, bytes: Buffer): { image: string } | undefined {
  return /\.(jpe?g|png|webp)$/i.test(path) ? { image: bytes.toString('base64') } : undefined;
}
