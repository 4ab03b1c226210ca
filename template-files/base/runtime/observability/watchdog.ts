import type { Registry } from 'prom-client';
import type { Activities } from './activities.ts';
import { registerSeries } from './series.ts';

/*
 * The watchdog of the event loop. Code that computes for long, or waits without yielding, holds up every request of the process, the
 * probes as well. A timer that is late shows it afterwards; stuck-reporter.ts shows it meanwhile.
 */

/** How often the timer looks. */
export const TICK_MS = 100;
/** The loop is stuck when it was blocked for this part of the time. */
const STUCK_PART = 0.9;

export interface WatchdogDeps {
  /** A block of at least so long is logged and counted. */
  readonly blockedMs: number;
  /** The loop that was blocked for most of so long is stuck. */
  readonly stuckMs: number;
  readonly activities: Pick<Activities, 'recent'>;
  readonly logger: { readonly warn: (fields: object, message: string) => void };
  readonly registry: Registry;
  /** Milliseconds; tests put their own clock here. */
  readonly now?: () => number;
}

export interface Liveness {
  readonly live: boolean;
  readonly reason: string;
}

export interface Watchdog {
  /** Looks every TICK_MS. @param onTick called each time */
  readonly start: (onTick?: () => void) => void;
  readonly stop: () => void;
  /** One look: called by the timer. */
  readonly tick: () => void;
  /** Whether the loop turns, in the last `stuckMs`. */
  readonly liveness: () => Liveness;
}

interface Block {
  readonly end: number;
  readonly ms: number;
}

const ALIVE: Liveness = { live: true, reason: 'alive' };

export function createWatchdog(deps: WatchdogDeps): Watchdog {
  const { blockedMs, stuckMs, activities, logger, registry, now = () => performance.now() } = deps;
  let blocks: Block[] = [];
  let last: number | undefined;
  let cpu = process.cpuUsage();
  let timer: NodeJS.Timeout | undefined;
  let blockedSeconds = 0;

  const name = 'ml_serving_event_loop_blocked_seconds_total';
  registerSeries(registry, {
    name,
    help: 'Time in which the main thread was blocked for longer than limits.blockedMs at a time.',
    type: 'counter',
    values: () => [{ metricName: name, labels: {}, value: blockedSeconds }],
  });

  function tick(): void {
    const at = now();
    const ms = last === undefined ? 0 : at - last - TICK_MS;
    last = at;
    const ran = activities.recent();
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    if (ms < blockedMs) return;
    blockedSeconds += ms / 1000;
    blocks.push({ end: at, ms });
    // Without CPU time it was the machine that had none for this process.
    const cpuMs = Math.round((used.user + used.system) / 1000);
    logger.warn({ ms: Math.round(ms), cpuMs, ran }, 'the event loop was blocked: no request was answered meanwhile');
  }

  function liveness(): Liveness {
    const from = now() - stuckMs;
    blocks = blocks.filter(({ end }) => end > from);
    let ms = 0;
    for (const block of blocks) ms += Math.min(block.ms, block.end - from);
    if (ms < STUCK_PART * stuckMs) return ALIVE;
    const reason = `the event loop was blocked for ${Math.round(ms)} of the last ${stuckMs} ms; the log has what ran`;
    return { live: false, reason };
  }

  return {
    start(onTick) {
      timer ??= setInterval(() => {
        tick();
        onTick?.();
      }, TICK_MS).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    tick,
    liveness,
  };
}
