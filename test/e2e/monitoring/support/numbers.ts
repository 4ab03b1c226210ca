/** A file of rules in which one number is another one. */
export interface Change {
  /** The rule, the number as it stands there, and what it is changed to. */
  readonly what: string;
  readonly text: string;
}

/** Bounds are held within so much; times within the looks that a test takes. */
const BOUND = 0.06;
const WINDOW = 0.4;
const WAIT = 0.5;

/**
 * Every bound, every `for:` and every window of minutes of the alerts, and every bound of the recorded rules that they rest on:
 * each a little lower and a little higher. Where the same number stands in a rule twice, both are changed.
 */
export function changesOf(text: string): readonly (readonly Change[])[] {
  const rules = text.split(/^(?= {6}- (?:alert|record): )/m);
  return rules.flatMap((rule, at) => {
    const name = /^ {6}- (?:alert|record): (\S+)/.exec(rule)?.[1];
    if (name === undefined) return [];
    const rest = (changed: string) => rules.with(at, changed).join('');
    // A number in a comment is no bound.
    return pairsOf(rule.replace(/^ *#.*$/gm, '')).map(([found, others]) =>
      others.map((other) => ({ what: `${name}: ${found} -> ${other}`, text: rest(rule.replaceAll(found, other)) })),
    );
  });
}

function pairsOf(rule: string): readonly (readonly [string, readonly string[]])[] {
  const isAlert = rule.includes('- alert: ');
  const pairs = new Map<string, readonly string[]>();
  for (const [found, sign = '', value = ''] of rule.matchAll(/([<>=]=? \(?)(\d+(?:\.\d+)?)\b/g)) {
    // What a recorded rule keeps from dividing by zero is no bound.
    if (isAlert || Number(value) !== 0)
      pairs.set(
        found,
        around(Number(value), sign).map((other) => `${sign}${other}`),
      );
  }
  if (!isAlert) return [...pairs];
  for (const [found, value] of rule.matchAll(/\bfor: (\d+[mh])\b/g)) {
    pairs.set(
      found,
      scaled(seconds(value), WAIT).map((other) => `for: ${other}s`),
    );
  }
  for (const [found, value] of rule.matchAll(/\[(\d+m)\]/g)) {
    pairs.set(
      found,
      scaled(seconds(value), WINDOW).map((other) => `[${other}s]`),
    );
  }
  return [...pairs];
}

/** Where things are counted, the next number; a factor (`(6 * 0.001)`) and a share are measured. */
function around(value: number, sign: string): readonly number[] {
  const counts = Number.isInteger(value) && value < 10 && !sign.endsWith('(');
  return counts ? [value - 1, value + 1].filter((other) => other >= 0) : scaled(value, BOUND);
}

const scaled = (value: number, part: number): readonly number[] =>
  [1 - part, 1 + part].map((factor) => Number((value * factor).toPrecision(6)));

const seconds = (time = ''): number => Number(time.slice(0, -1)) * (time.endsWith('h') ? 3600 : 60);
