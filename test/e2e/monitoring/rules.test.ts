import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EVERYTHING, stamp } from '../delivery/support/stamp.ts';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { run } from '../support/run.ts';
import { expectationsOf, type Rule, rulesOf } from './support/rules.ts';

/* What promtool does not ask of alerts, and whoever is woken by them does. */

const folder = temporaryFolder();
let count = 0;
const alertsOf = (rules: readonly Rule[]) => rules.filter(({ alert }) => alert !== undefined);
const sectionsOf = (directory: string) => {
  const text = readFileSync(join(directory, 'docs', 'RUNBOOK.md'), 'utf8');
  const [, ...sections] = text.split(/^## /m);
  return new Map(sections.map((section) => [section.split('\n')[0] ?? '', section]));
};

test('every alert says what, how bad, and where to read on', async () => {
  for (const ci of ['github', 'gitlab']) {
    const alerts = alertsOf(rulesOf(await stamp([...EVERYTHING, `ci=${ci}`])));
    expect(alerts.length).toBeGreaterThan(25);
    const host = ci === 'github' ? 'github.com/ml-team/my-model' : 'gitlab.com/ml-team/my-model/-';
    for (const { alert, labels, annotations } of alerts) {
      expect(Object.keys(annotations ?? {}).sort()).toEqual(['description', 'runbook_url', 'summary']);
      expect(annotations?.['runbook_url']).toBe(`https://${host}/blob/HEAD/docs/RUNBOOK.md#${alert?.toLowerCase()}`);
      if (alert !== 'MlServingWatchdog') expect(['page', 'ticket']).toContain(labels?.['severity']);
    }
  }
});

test.each([
  ['all', EVERYTHING],
  ['the default', []],
  ['none', ['features=none']],
  ['some', ['features=drift,variants']],
])('features %s: every alert has its section in the runbook, and every section its alert', async (_name, sets) => {
  const directory = await stamp(sets);
  const sections = sectionsOf(directory);
  const names = new Set(alertsOf(rulesOf(directory)).map(({ alert }) => String(alert)));
  expect([...sections.keys()].sort()).toEqual([...names].sort());
  const runbook = readFileSync(join(directory, 'docs', 'RUNBOOK.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );
  for (const section of sections.values()) {
    expect(section).toMatch(/\*\*Means\.\*\*[\s\S]+\*\*Look\.\*\*[\s\S]+\*\*Fix\.\*\*/);
    for (const [, anchor] of section.matchAll(/\]\(#([^)]+)\)/g)) {
      expect(anchors).toContain(anchor);
    }
  }
});

test.each([
  ['all', EVERYTHING],
  ['none', ['features=none']],
])('features %s: every alert has a test in which it fires, and one in which it does not', async (_name, sets) => {
  const directory = await stamp(sets);
  const expectations = expectationsOf(directory);
  for (const { alert, labels = {} } of alertsOf(rulesOf(directory))) {
    const own = expectations.filter(({ alertname }) => alertname === alert);
    const fires = ({ exp_alerts }: (typeof own)[number]) =>
      (exp_alerts ?? []).some(({ exp_labels }) =>
        Object.entries(labels).every(([key, value]) => exp_labels[key] === value),
      );
    expect([alert, labels, own.some(fires)]).toEqual([alert, labels, true]);
    // The watchdog has no such case: that is its point.
    const silent = own.some((one) => !fires(one)) || alert === 'MlServingWatchdog';
    expect([alert, labels, silent]).toEqual([alert, labels, true]);
  }
});

test('a recorded series is named after its window', async () => {
  // Of a subquery it is the outer one: `last_over_time(x[1h])[7d:1h]` is a week.
  const windowsIn = (expr: string) => {
    const outer = [...expr.matchAll(/\[(\d+[mhd]):\d+[mhd]\]/g)];
    return outer.length > 0 ? outer : [...expr.matchAll(/\[(\d+[mhd])\]/g)];
  };
  const windowed = rulesOf(await stamp(EVERYTHING)).flatMap(({ record, expr }) =>
    record === undefined ? [] : windowsIn(expr).map(([, window]) => ({ record, window })),
  );
  expect(windowed.length).toBeGreaterThan(30);
  for (const { record, window } of windowed) expect(record).toMatch(new RegExp(`(rate|count|ratio)${window}$`));
});

test('an alert on a budget looks at the windows that it says, and ten failures are of the long one', async () => {
  const burns = alertsOf(rulesOf(await stamp(EVERYTHING))).filter(({ alert }) => alert?.endsWith('BudgetBurn'));
  const short: Readonly<Record<string, string>> = { '1h': '5m', '6h': '30m', '1d': '2h', '3d': '6h' };
  expect(burns).toHaveLength(8);
  for (const { expr, labels } of burns) {
    const long = String(labels?.['window']);
    const windows = [...expr.matchAll(/ratio_rate(\w+)\{|\[(\w+)\]/g)].map(([, ratio, sum]) => ratio ?? sum);
    expect(windows).toEqual([long, short[long], long]);
  }
});

test('what drifts never wakes anybody', async () => {
  const alerts = alertsOf(rulesOf(await stamp(EVERYTHING)));
  const paging = new Set(alerts.filter(({ labels }) => labels?.['severity'] === 'page').map(({ alert }) => alert));
  expect([...paging].sort()).toEqual([
    'MlServingDown',
    'MlServingErrorBudgetBurn',
    'MlServingLatencyBudgetBurn',
    'MlServingMetricsAbsent',
  ]);
});

describe('the PrometheusRule', () => {
  const copy = async (sets: readonly string[] = []) => {
    const directory = join(folder, String(++count));
    cpSync(await stamp(sets), directory, { recursive: true });
    // What `npm run rules` imports: the YAML reader.
    symlinkSync(join(repositoryRoot, 'node_modules'), join(directory, 'node_modules'), 'junction');
    return directory;
  };
  const rules = (cwd: string, ...args: string[]) => run(process.execPath, ['scripts/rules.mjs', ...args], { cwd });

  test.each([
    [[]],
    [['features=none']],
    [['features=feedback']],
    [[...EVERYTHING, 'ci=gitlab', 'availabilityObjective=99.5', 'latencyObjectiveMs=120', 'name=x']],
  ])('is stamped out as `npm run rules` writes it, and holds the groups of monitoring/rules: %j', async (sets) => {
    const directory = await copy(sets);
    expect(await rules(directory, '--check')).toMatchObject({ code: 0, stderr: '' });
    const text = readFileSync(join(directory, 'deploy/components/alerts/prometheus-rule.yaml'), 'utf8');
    await rules(directory);
    expect(readFileSync(join(directory, 'deploy/components/alerts/prometheus-rule.yaml'), 'utf8')).toBe(text);
    const { spec } = parse(text) as { spec: { groups: { rules: Rule[] }[] } };
    expect(spec.groups.flatMap((group) => group.rules)).toEqual(rulesOf(directory));
  });

  test('follows a team’s own file of rules, and the check says so until it does', async () => {
    const directory = await copy();
    const own = 'groups:\n  - name: ours\n    rules:\n      - record: ours:up\n        expr: up\n';
    writeFileSync(join(directory, 'monitoring', 'rules', 'ours.yaml'), own);
    expect(await rules(directory, '--check')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not follow monitoring/rules/: npm run rules'),
    });
    expect(await rules(directory)).toMatchObject({ code: 0 });
    expect(await rules(directory, '--check')).toMatchObject({ code: 0 });
    expect(readFileSync(join(directory, 'deploy/components/alerts/prometheus-rule.yaml'), 'utf8')).toContain(
      '    - name: ours\n',
    );
  });

  test('a file without groups is named, and nothing is written', async () => {
    const directory = await copy();
    writeFileSync(join(directory, 'monitoring', 'rules', 'ours.yaml'), 'rules: []\n');
    const before = readFileSync(join(directory, 'deploy/components/alerts/prometheus-rule.yaml'), 'utf8');
    expect(await rules(directory)).toMatchObject({
      code: 1,
      stderr: 'monitoring/rules/ours.yaml: expected a list "groups:"\n',
    });
    expect(readFileSync(join(directory, 'deploy/components/alerts/prometheus-rule.yaml'), 'utf8')).toBe(before);
  });

  test.each(['availability: 99.9', 'latencyMs: 250'])(
    'an objective that is changed in serving.yaml alone is found: %s',
    async (line) => {
      const directory = await copy();
      const path = join(directory, 'serving.yaml');
      const key = String(line.split(':')[0]);
      writeFileSync(path, readFileSync(path, 'utf8').replace(line, `${key}: 99`));
      const { code, stderr } = await rules(directory, '--check');
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^serving.yaml objectives.${key}: .*regenerate --set`));
    },
  );
});
