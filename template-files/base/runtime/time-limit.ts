/** The longest that a timer takes; more would be taken for nothing. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A promise with a limit of time. What it waits for goes on.
 * @param onLate called when the time is over, to reject it
 */
export async function withinTime<T>(
  result: T | Promise<T>,
  ms: number,
  onLate: (reject: (error: Error) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => onLate(reject), Math.max(0, Math.min(ms, MAX_TIMER_MS)));
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
