import type { Collected } from '../collect.ts';
import type { Made } from '../make.ts';
import { percent, rangeText } from './format.ts';
import type { ReportSource } from './html.ts';

const START = '<!-- data: written by npm run reference, replaced each time -->';
const END = '<!-- data: end -->';
/** Columns that the card lists; the report has all. */
const MAX_COLUMNS = 30;

export interface CardFacts extends ReportSource {
  /** Path of the report as the card links it. */
  readonly report: string;
  /** Golden samples with an answer, which the model gives. */
  readonly golden: number;
}

/** The card with its part about the data, which is added at the end when it has none. The rest stays as it is. */
export function withDataSection(card: string, made: Made, facts: CardFacts): string {
  const section = `${START}\n${sectionOf(made, facts)}\n${END}`;
  const [start, end] = [card.indexOf(START), card.indexOf(END)];
  if (start >= 0 && end > start) return card.slice(0, start) + section + card.slice(end + END.length);
  return `${card.trimEnd()}\n\n${section}\n`;
}

function sectionOf({ reference, features, outputs }: Made, { model, source, report, golden }: CardFacts): string {
  const more = features.length - MAX_COLUMNS;
  const classes = outputs.flatMap(({ column }) =>
    (column.categories ?? []).map((category, i) => `${cell(category)} ${percent(column.shares[i] ?? 0)}`),
  );
  const samples =
    golden === 0
      ? 'No golden sample has an answer.'
      : `${golden} golden samples have an answer, and the model gives it.`;
  return [
    '## Data',
    `Version ${model.version}: ${reference.rows} rows of ${cell(source)}. [The report](${report}) has the distributions.`,
    [
      '| column | values | missing |',
      '|---|---|---|',
      ...features.slice(0, MAX_COLUMNS).map(row),
      ...(more > 0 ? [`| and ${more} more | | |`] : []),
    ].join('\n'),
    ...(classes.length > 0 ? [`Answers of the model to these rows: ${classes.join(', ')}.`] : []),
    samples,
  ].join('\n\n');
}

function row({ column, summary }: Collected): string {
  const { name, kind, categories = [], missing = 0 } = column;
  const range = summary && `${rangeText(summary)}${kind === 'length' ? ' characters' : ''}`;
  return `| ${cell(name)} | ${range ?? `${categories.length} categories`} | ${percent(missing)} |`;
}

/** A name of the data within Markdown. An underscore within a word is one. */
function cell(text: string): string {
  return text.replace(/[\\|`*<>[\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, (char) => `\\${char}`).replace(/\s+/g, ' ');
}
