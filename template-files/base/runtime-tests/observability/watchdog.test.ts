import { Registry } from 'prom-client';
import { createActivities } from '../../runtime/observability/activities.ts';
import { createWatchdog, TICK_MS } from '../../runtime/observability/watchdog.ts';

/* With a clock of the test's own: nothing here waits. */

function setUp() {
  let at = 0;
  const lines: { fields: Record<string, unknown>; message: string }[] = [];
  const activities = createActivities();
  const registry = new Registry();
  const watchdog = createWatchdog({
    blockedMs: 500,
    stuckMs: 10_000,
    activities,
    registry,
    logger: { warn: (fields, message) => lines.push({ fields: fields as Record<string, unknown>, message }) },
    now: () => at,
  });
  watchdog.tick();
  /** The next look comes so late. */
  const late = (ms: number) => {
    at += TICK_MS + ms;
    watchdog.tick();
  };
  return { activities, late, lines, registry, watchdog };
}

test('a late timer is a block, with the names of what ran; what is a little late is none', () => {
  const { activities, late, lines } = setUp();
  activities.begin('src/app.ts', 'waits')();
  late(499);
  expect(lines).toEqual([]);
  const end = activities.begin('src/hooks/preprocess.ts', 'one');
  activities.begin('src/hooks/postprocess.ts', 'two')();
  late(1200);
  end();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields).toMatchObject({ ms: 1200, cpuMs: expect.any(Number) });
  const ran = lines[0]?.fields['ran'] as { name: string; requestId: string }[];
  expect(ran.map(({ requestId }) => requestId).sort()).toEqual(['one', 'two']);
  late(600);
  // One had ended by the look before, the other one after it.
  expect(lines[1]?.fields['ran']).toHaveLength(1);
});

test('blocks are counted in seconds', async () => {
  const { late, registry } = setUp();
  late(1500);
  late(100);
  late(500);
  expect(await registry.metrics()).toContain('ml_serving_event_loop_blocked_seconds_total 2\n');
});

test('a loop that is blocked for most of the time is not live, until it turns again', () => {
  const { late, watchdog } = setUp();
  late(8000);
  expect(watchdog.liveness()).toEqual({ live: true, reason: 'alive' });
  late(1000);
  expect(watchdog.liveness()).toMatchObject({
    live: false,
    reason: expect.stringContaining('9000 of the last 10000 ms'),
  });
  for (let i = 0; i < 15; i++) late(0);
  expect(watchdog.liveness().live).toBe(true);
});

test('one block that is longer than the time is not live either', () => {
  const { late, watchdog } = setUp();
  late(60_000);
  expect(watchdog.liveness()).toMatchObject({ live: false });
  for (let i = 0; i < 11; i++) late(0);
  expect(watchdog.liveness().live).toBe(true);
});
