import type { ModelSpec } from '../../../contract/serving.ts';
import type { Collected } from '../collect.ts';
import type { Made } from '../make.ts';
import { findingsOf } from './findings.ts';
import { percent, rangeText, short } from './format.ts';
import { barsSvg, escapeHtml, histogramSvg } from './svg.ts';

export interface ReportSource {
  readonly model: Pick<ModelSpec, 'name' | 'version'>;
  /** Name of the file of training data. */
  readonly source: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
section { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 6px; padding: .75rem 1rem; }
h3 { margin: 0 0 .5rem; overflow-wrap: anywhere; }
svg { width: 100%; fill: currentColor; font-size: 11px; }
rect { fill: #3b7dd8; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; margin: .5rem 0 0; }
dd { margin: 0; text-align: right; }
`;

/** One file of HTML that loads nothing. The same data give the same bytes. */
export function reportHtml(made: Made, { model, source }: ReportSource): string {
  const title = `Data of ${model.name} ${model.version}`;
  const findings = findingsOf(made);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${made.reference.rows} rows of ${escapeHtml(source)}, as the model gets them. Written by <code>npm run reference</code>.</p>
<h2>To look at</h2>
${findings.length === 0 ? '<p>Nothing.</p>' : `<ul>\n${findings.map((line) => `<li>${escapeHtml(line)}</li>`).join('\n')}\n</ul>`}
${part('Features', made.features)}
${part('Predictions', made.outputs)}
</body>
</html>
`;
}

function part(title: string, columns: readonly Collected[]): string {
  if (columns.length === 0) return `<h2>${title}</h2>\n<p>None is watched.</p>`;
  return `<h2>${title}</h2>\n<div class="columns">\n${columns.map(columnHtml).join('\n')}\n</div>`;
}

function columnHtml({ column, summary }: Collected): string {
  const { name, kind, categories, shares, other = 0, missing = 0 } = column;
  const named = (categories ?? []).map((category, i) => [category, shares[i] ?? 0] as const);
  const picture = summary
    ? histogramSvg(name, summary.histogram)
    : named.length > 0
      ? barsSvg(name, named)
      : '<p>No value.</p>';
  const facts = [
    ...(summary
      ? [
          ['range', rangeText(summary)],
          ['median', short(summary.median)],
          ['9 of 10', `${short(summary.p5)} to ${short(summary.p95)}`],
          ...(summary.histogram.outside > 0 ? [['beyond the picture', percent(summary.histogram.outside)]] : []),
        ]
      : []),
    ...(categories ? [[kind === 'label' ? 'classes' : 'categories', String(categories.length)]] : []),
    ...(other > 0 ? [['other categories', percent(other)]] : []),
    ...(kind === 'label' ? [] : [['missing', percent(missing)]]),
  ];
  const list = facts.map(([what, value]) => `<dt>${what}</dt><dd>${value}</dd>`).join('');
  const unit = kind === 'length' ? ' (characters)' : '';
  return `<section><h3>${escapeHtml(name)}${unit}</h3>${picture}<dl>${list}</dl></section>`;
}
