import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Golden {
  readonly tolerance: number;
  readonly samples: readonly { readonly instance: unknown; readonly prediction: unknown }[];
}

/** The sample requests of a stamped-out repository; the answers are those of the training library. */
export function readGolden(directory: string): Golden {
  return JSON.parse(readFileSync(join(directory, 'model', 'golden.json'), 'utf8')) as Golden;
}

/** Compares answers as the server does: numbers to the tolerance, relative where they are larger than 1; all else exactly. */
export function expectClose(answer: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === 'number') {
    expect(typeof answer).toBe('number');
    expect(Math.abs((answer as number) - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(answer as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectClose((answer as Record<string, unknown>)[key], value, tolerance);
    }
  } else expect(answer).toEqual(expected);
}
