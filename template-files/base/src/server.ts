import type { Guard } from '#runtime/http/exchange';
import { listenForStop } from '#runtime/stop-signal';

/** The entry. Signals are handled before anything else is loaded: process 1 of a container ignores a signal that it has no handler for. */
const stopSignal = listenForStop();

/** Who may ask: each is shown every request but the probes of health, and throws to turn it away. Without any, everybody may. */
const guards: readonly Guard[] = [];

const { start } = await import('#runtime/start');
await start({ guards, stopSignal });
