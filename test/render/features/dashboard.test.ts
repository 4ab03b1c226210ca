import { readdirSync, readFileSync } from 'node:fs';
import { withoutPanels } from '../../../generators/render/features/dashboard.ts';

const panel = (title: string, x: number, y: number, w: number, more = {}) => ({
  title,
  type: 'stat',
  gridPos: { x, y, w, h: 8 },
  ...more,
});
const row = (title: string, y: number) => ({ title, type: 'row', gridPos: { x: 0, y, w: 24, h: 1 } });
const dashboard = (panels: object[], list: object[] = []) =>
  `${JSON.stringify({ title: 't', templating: { list }, panels }, null, 2)}\n`;
const placesIn = (text: string) =>
  JSON.parse(text).panels.map(({ title, gridPos: { x, y } }: ReturnType<typeof panel>) => [title, x, y]);

const TEXT = dashboard([
  row('One', 0),
  panel('a', 0, 1, 8),
  panel('b', 8, 1, 8),
  panel('c', 16, 1, 8),
  panel('d', 0, 9, 8),
  row('Two', 17),
  panel('e', 0, 18, 24),
  row('Three', 26),
  panel('f', 0, 27, 12),
]);

test('the others move up to the place of a panel that is removed', () => {
  expect(placesIn(withoutPanels(TEXT, ['b']))).toEqual([
    ['One', 0, 0],
    ['a', 0, 1],
    ['c', 8, 1],
    ['d', 16, 1],
    ['Two', 0, 9],
    ['e', 0, 10],
    ['Three', 0, 18],
    ['f', 0, 19],
  ]);
});

test('a row goes with its panels, and with the last of them', () => {
  expect(placesIn(withoutPanels(TEXT, ['One', 'e']))).toEqual([
    ['Three', 0, 0],
    ['f', 0, 1],
  ]);
});

test('a variable that only removed panels use is removed', () => {
  const list = [{ name: 'datasource' }, { name: 'feature' }, { name: 'job' }];
  const text = dashboard(
    [panel('a', 0, 0, 8, { expr: '$feature' }), panel('b', 8, 0, 8, { expr: `y{job="\${job}"} $features` })],
    list,
  );
  expect(JSON.parse(withoutPanels(text, ['a'])).templating.list).toEqual([{ name: 'datasource' }, { name: 'job' }]);
});

test('the dashboards of the template are laid out in the same way', () => {
  const folder = 'template-files/base/monitoring/grafana/dashboards/';
  for (const file of readdirSync(folder)) {
    const text = readFileSync(folder + file, 'utf8');
    const extra = JSON.parse(text);
    extra.panels.push(row('Another', 500), panel('another', 0, 501, 8));
    expect(withoutPanels(`${JSON.stringify(extra, null, 2)}\n`, ['Another'])).toBe(text);
  }
});
