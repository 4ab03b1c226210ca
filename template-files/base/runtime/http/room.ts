/** Room for what is being received and not used yet: bytes that slow clients hold, all together. */
export interface Room {
  readonly has: (bytes: number) => boolean;
  /** False, and nothing taken, where there is not so much left. */
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
}

export function createRoom(maxBytes: number): Room {
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
