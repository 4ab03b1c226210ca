import { createAccessLog } from '../../runtime/observability/access-log.ts';
import { createLogger } from '../../runtime/observability/logger.ts';

function setUp(which: 'all' | 'errors' | 'off', level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(level, {
    write: (text) =>
      lines.push(
        ...text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
  });
  return { lines, logger, log: createAccessLog(logger, which) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a line is what the logger itself would write', async () => {
  const { lines, logger, log } = setUp('all');
  log('an-id', '/predict', 200, 1.23456);
  await turn();
  logger.info({ id: 'an-id', route: '/predict', status: 200, ms: 1.235 }, 'request');
  const [byHand, byLogger] = lines.map(({ time, ...rest }) => ({ ...rest, time: typeof time }));
  expect(byHand).toEqual(byLogger);
  expect(Object.keys(lines[0] ?? {})).toEqual(Object.keys(lines[1] ?? {}));
});

test('of very many lines in one turn none is lost, cut or out of order', async () => {
  const { lines, log } = setUp('all');
  const ids = Array.from({ length: 2000 }, (_, i) => `${i}-`.padEnd(1 + (i % 128), 'x'));
  for (const [i, id] of ids.entries()) log(id, '/predict', 200, i / 1000);
  await turn();
  expect(lines.map(({ id }) => id)).toEqual(ids);
  expect(lines.map(({ ms }) => ms)).toEqual(ids.map((_, i) => i / 1000));
  log('later', '/predict', 200, 1);
  await turn();
  expect(lines.at(-1)).toMatchObject({ id: 'later' });
});

test.each([
  ['all', 'info', 2],
  ['errors', 'info', 1],
  ['off', 'info', 0],
  ['all', 'warn', 0],
] as const)('%s at %s', async (which, level, count) => {
  const { lines, log } = setUp(which, level);
  log('a', '/predict', 200, 1);
  log('b', '/predict', 503, 1);
  await turn();
  expect(lines).toHaveLength(count);
});
