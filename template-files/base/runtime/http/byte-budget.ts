/** A limit for bytes that are being received and not used yet, those of all requests together. */
export interface ByteBudget {
  readonly has: (bytes: number) => boolean;
  /** False, and nothing taken, where there is not so much left. */
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let held = 0;
  const has = (bytes: number): boolean => held + bytes <= maxBytes;
  return {
    has,
    take(bytes) {
      if (!has(bytes)) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}
