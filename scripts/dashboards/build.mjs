/*
 * Dashboards from compact data: Grafana's JSON repeats its layout, its data source and its options in every panel. In a query,
 * `{one` begins the selector of the chosen replicas and `{all` that of the chosen services, whose recorded series have no
 * replica any more.
 */

const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const SERVICES = 'namespace=~"$namespace",job=~"$job"';
const SELECTORS = { one: `{${SERVICES},instance=~"$instance"`, all: `{${SERVICES}` };

const VARIABLES = {
  namespace: { label: 'Namespace', query: 'label_values(ml_serving_model_info, namespace)' },
  job: { label: 'Service', query: 'label_values(ml_serving_model_info{namespace=~"$namespace"}, job)' },
  instance: { label: 'Replica', query: `label_values(ml_serving_model_info{${SERVICES}}, instance)` },
  feature: { label: 'Feature', query: `label_values(ml_serving_feature_bin_total{${SERVICES}}, feature)` },
  output: { label: 'Output', query: `label_values(ml_serving_prediction_bin_total{${SERVICES}}, output)` },
};

/** Grafana's JSON of a dashboard. */
export function buildDashboard({ uid, title, description, variables, rows }) {
  return {
    uid,
    title,
    description,
    tags: ['ml-serving'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    links: [toTheOthers()],

    templating: { list: [datasourceVariable(), ...variables.map(variable)] },
    annotations: { list: [releases()] },
    panels: layOut(rows),
  };
}

function datasourceVariable() {
  return {
    name: 'datasource',
    label: 'Prometheus',
    type: 'datasource',
    query: 'prometheus',
    current: { text: '', value: '' },
  };
}

function variable(name) {
  const { label, query } = VARIABLES[name];
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

function releases() {
  return {
    name: 'Model loaded',
    datasource: DATASOURCE,
    enable: true,
    iconColor: 'blue',
    target: {
      refId: 'loaded',
      expr: expand('changes(ml_serving_model_loaded_timestamp_seconds{all}[$__rate_interval]) > 0'),
    },
    titleFormat: 'Model loaded',
    textFormat: '{{job}} {{instance}}',
  };
}

function toTheOthers() {
  const behaviour = { asDropdown: true, includeVars: true, keepTime: true, targetBlank: false };
  return {
    type: 'dashboards',
    title: 'Model serving',
    icon: 'external link',
    tooltip: '',
    tags: ['ml-serving'],
    ...behaviour,
  };
}

/** Rows of panels, each row as high as its panels and filled from the left. */
function layOut(rows) {
  const panels = [];
  let y = 0;
  for (const { title, height = 8, panels: inRow } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    for (const { width = 8, ...panel } of inRow) {
      if (x + width > COLUMNS) {
        x = 0;
        y += height;
      }
      panels.push({ id: panels.length + 1, gridPos: { x, y, w: width, h: height }, ...buildPanel(panel) });
      x += width;
    }
    y += height;
  }
  return panels;
}

function buildPanel({ title, description, kind = 'timeseries', unit, queries, thresholds, min, max, decimals }) {
  const table = kind === 'table';
  const instant = kind !== 'timeseries';
  return {
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        ...(decimals !== undefined && { decimals }),
        color: { mode: instant ? 'thresholds' : 'palette-classic' },
        ...(kind === 'timeseries' && {
          custom: { fillOpacity: 8, showPoints: 'never', thresholdsStyle: { mode: thresholds ? 'line' : 'off' } },
        }),
        thresholds: { mode: 'absolute', steps: steps(thresholds) },
      },
      overrides: [],
    },
    options: OPTIONS[kind],
    targets: Object.entries(queries).map(([legend, expr], i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr: expand(expr),
      ...(!table && { legendFormat: legend }),
      ...(instant && { instant: true, range: false }),
      ...(table && { format: 'table' }),
    })),
    ...(table && {
      transformations: [{ id: 'organize', options: { excludeByName: { Time: true, Value: true, __name__: true } } }],
    }),
  };
}

const LAST = { calcs: ['lastNotNull'], fields: '', values: false };
const OPTIONS = {
  timeseries: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  stat: { reduceOptions: LAST, colorMode: 'value', graphMode: 'none', textMode: 'auto' },
  bargauge: { reduceOptions: LAST, displayMode: 'basic', orientation: 'horizontal' },
  table: { showHeader: true },
};

/** `{ 0.1: yellow, 0.25: red }` on green, or from another colour that is given as `base`. */
function steps({ base = 'green', ...from } = {}) {
  const above = Object.entries(from).map(([value, color]) => ({ value: Number(value), color }));
  return [{ value: null, color: base }, ...above.sort((a, b) => a.value - b.value)];
}

function expand(expr) {
  return expr.trim().replace(/\{(one|all)(?=[,}])/g, (_, which) => SELECTORS[which]);
}
