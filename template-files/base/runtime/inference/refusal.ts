/**
 * The runtime's error of a run has no type: an index out of range looks like a broken session. A session tells them apart by running what
 * it has answered before again (session.ts).
 */

/** What the runtime says where memory ran out. That is no matter of values: the small run that is tried then may well succeed. */
const OUT_OF_MEMORY = /bad_alloc|failed to allocate|out of memory|array buffer allocation failed/i;
const STATUS = 'Status Message: ';
const MAX_REASON = 200;

export function isOutOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message);
}

/**
 * Why the model refuses values, as far as it is about them: without the nodes of the graph. Undefined where the runtime only
 * names its own source, which helps no client.
 */
export function reasonForClients(message: string): string | undefined {
  const at = message.indexOf(STATUS);
  if (at < 0) return undefined;
  const reason = message.slice(at + STATUS.length, at + STATUS.length + MAX_REASON + 1).trim();
  if (reason === '' || reason.startsWith('/') || reason.includes('::')) return undefined;
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
}
