/** For tidying up that is not worth a failure: what stays is in nobody's way, and the next run recognises it. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {}
}
