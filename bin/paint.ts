import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text for standard error, where a terminal shows it and nobody asked for none (https://no-color.org). */
export function paint(style: Style, text: string): string {
  const plain = !process.stderr.isTTY || (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return plain ? text : styleText(style, text);
}
