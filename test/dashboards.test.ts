import { readFileSync } from 'node:fs';

/* The dashboards are written from scripts/dashboards/*.yaml (`npm run dashboards`), and hold what each of them has to. */

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

// The script has no types of its own.
const script: string = '../scripts/dashboards/read.mjs';
const { dashboards } = (await import(script)) as { dashboards: () => readonly { path: string; text: string }[] };
const all = dashboards().map(({ path, text }) => ({ path, text, dashboard: JSON.parse(text) as Dashboard }));

test('there are three', () => {
  expect(all.map(({ dashboard }) => dashboard.uid).sort()).toEqual([
    'ml-serving-fleet',
    'ml-serving-model',
    'ml-serving-service',
  ]);
});

describe.each(all)('$dashboard.uid', ({ path, text, dashboard }) => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const variables = dashboard.templating.list.map(({ name }) => name);

  test('the template has it as its data say', () => {
    // Where it differs: npm run dashboards
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('every panel has a title, a description, a unit and queries to the chosen Prometheus', () => {
    expect(panels.length).toBeGreaterThan(8);
    for (const { title, description, fieldConfig, datasource, targets = [] } of panels) {
      expect([title, description]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\.$/)]);
      expect([title, fieldConfig?.defaults.unit]).toEqual([title, expect.stringMatching(/\S/)]);
      expect([datasource, ...targets.map((target) => target.datasource)].map((source) => source?.uid)).toEqual(
        Array(targets.length + 1).fill('$datasource'),
      );
      expect(targets.length).toBeGreaterThan(0);
    }
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test('queries follow the variables, and rates the resolution', () => {
    expect(variables.slice(0, 3)).toEqual(['datasource', 'namespace', 'job']);
    if (dashboard.uid !== 'ml-serving-fleet') expect(variables).toContain('instance');
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
      expect(expr).not.toMatch(/\{(one|all)/);
      if (!expr.includes('ALERTS')) expect(expr).toContain('namespace=~"$namespace",job=~"$job"');
      for (const [, window] of expr.matchAll(/\[([^\]]+)\]/g)) expect(window).toBe('$__rate_interval');
      for (const [, name] of expr.matchAll(/\$(?!_)(\w+)/g)) expect(variables).toContain(name);
    }
  });

  test('no panel lies over another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBe(24);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
