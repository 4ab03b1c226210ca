import { readFileSync, writeFileSync } from 'node:fs';

/** Prints a table and puts it into its section of docs/BENCHMARKS.md. */
export function writeSection(name, content) {
  console.log(content);
  const file = new URL('../../docs/BENCHMARKS.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  if (!text.includes(start)) throw new Error(`docs/BENCHMARKS.md has no section ${name}`);
  writeFileSync(
    file,
    `${text.slice(0, text.indexOf(start) + start.length)}\n\n${content}\n\n${text.slice(text.indexOf(end))}`,
  );
}

export const count = (value) => Math.round(value).toLocaleString('en-US');

/** A Markdown table whose first column is words and whose others are figures. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
