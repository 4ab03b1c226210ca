import stringify from 'json-stringify-pretty-compact';

/** As much of Grafana's JSON as a panel's place takes. */
interface Panel {
  readonly type: string;
  readonly title?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Dashboard {
  readonly templating?: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly Panel[];
}

const COLUMNS = 24;

/**
 * A dashboard without some panels. A row goes with its panels, and where none of them are left; the others move up, and variables
 * that only the removed panels use are removed.
 * @param titles of panels and rows
 */
export function withoutPanels(text: string, titles: readonly string[]): string {
  const dashboard = JSON.parse(text) as Dashboard;
  const { templating, panels } = dashboard;
  const isNamed = ({ title }: Panel) => title !== undefined && titles.includes(title);
  const kept = rowsOf(panels).flatMap(({ row, inRow }) => {
    const left = row && isNamed(row) ? [] : inRow.filter((panel) => !isNamed(panel));
    return row && left.length > 0 ? [row, ...left] : left;
  });
  if (kept.length === panels.length) return text;
  const isUsed = (name: string, by: readonly Panel[]) => new RegExp(`\\$\\{?${name}\\b`).test(JSON.stringify(by));
  const list = templating?.list.filter(({ name }) => isUsed(name, kept) || !isUsed(name, panels));
  const smaller = { ...dashboard, ...(list && { templating: { ...templating, list } }), panels: layOut(kept) };
  // As scripts/dashboards writes them: what fits into a line is in one.
  return `${stringify(smaller, { maxLength: 140 })}\n`;
}

interface Row {
  /** Its heading; panels above the first heading have none. */
  readonly row: Panel | undefined;
  readonly inRow: Panel[];
}

function rowsOf(panels: readonly Panel[]): Row[] {
  const rows: Row[] = [{ row: undefined, inRow: [] }];
  for (const panel of panels) {
    if (panel.type === 'row') rows.push({ row: panel, inRow: [] });
    else rows.at(-1)?.inRow.push(panel);
  }
  return rows;
}

/** Fills each row from the left, as `scripts/dashboards/build.mjs` does. */
function layOut(panels: readonly Panel[]): Panel[] {
  let [x, y, height] = [0, 0, 0];
  return panels.map((panel) => {
    const { w, h } = panel.gridPos;
    if (panel.type === 'row' || x + w > COLUMNS) {
      y += height;
      [x, height] = [0, 0];
    }
    const placed = { ...panel, gridPos: { x, y, w, h } };
    x += w;
    height = Math.max(height, h);
    return placed;
  });
}
