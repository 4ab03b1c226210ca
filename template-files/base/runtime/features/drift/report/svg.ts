import type { Histogram } from '../summary.ts';
import { percent, short } from './format.ts';

/* Pictures as SVG, which an HTML file holds itself. Colours are those of the page, so that they follow light and dark. */

const WIDTH = 320;
const HEIGHT = 120;
const AXIS = 18;
const BAR = 18;
const NAMES = 110;
/** Categories that are drawn. */
const MAX_BARS = 15;

/** Shares of numbers over their values. */
export function histogramSvg(name: string, { from, to, shares }: Histogram): string {
  const top = Math.max(...shares);
  const width = WIDTH / shares.length;
  const step = (to - from) / shares.length;
  const bars = shares.map((share, i) => {
    const height = top === 0 ? 0 : (share / top) * HEIGHT;
    const range = from === to ? short(from) : `${short(from + i * step)} to ${short(from + (i + 1) * step)}`;
    return `<rect x="${round(i * width)}" y="${round(HEIGHT - height)}" width="${round(Math.max(1, width - 1))}" height="${round(height)}"><title>${range}: ${percent(share)}</title></rect>`;
  });
  const labels =
    from === to
      ? `<text x="${WIDTH / 2}" y="${HEIGHT + AXIS - 4}" text-anchor="middle">${short(from)}</text>`
      : `<text x="0" y="${HEIGHT + AXIS - 4}">${short(from)}</text><text x="${WIDTH}" y="${HEIGHT + AXIS - 4}" text-anchor="end">${short(to)}</text>`;
  return svg(`Distribution of ${name}`, HEIGHT + AXIS, `${bars.join('')}${labels}`);
}

/** Shares of categories or classes, as they are listed. */
export function barsSvg(name: string, entries: readonly (readonly [label: string, share: number])[]): string {
  const shown = entries.slice(0, MAX_BARS);
  const top = Math.max(...shown.map(([, share]) => share), Number.MIN_VALUE);
  const space = WIDTH - NAMES - 50;
  const bars = shown.map(([label, share], i) => {
    const [y, length] = [i * BAR, (share / top) * space];
    const text = label.length > 16 ? `${label.slice(0, 15)}…` : label;
    return (
      `<text x="${NAMES - 6}" y="${y + 12}" text-anchor="end">${escapeHtml(text)}</text>` +
      `<rect x="${NAMES}" y="${y + 2}" width="${round(length)}" height="${BAR - 5}"><title>${escapeHtml(label)}: ${percent(share)}</title></rect>` +
      `<text x="${round(NAMES + length + 4)}" y="${y + 12}">${percent(share)}</text>`
    );
  });
  const more = entries.length - shown.length;
  const rest = more > 0 ? `<text x="${NAMES}" y="${shown.length * BAR + 12}">and ${more} more</text>` : '';
  return svg(`Shares of ${name}`, (shown.length + (more > 0 ? 1 : 0)) * BAR, bars.join('') + rest);
}

function svg(label: string, height: number, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${content}</svg>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
