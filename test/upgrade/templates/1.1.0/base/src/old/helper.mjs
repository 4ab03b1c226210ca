const FACTOR = 2;

/** Scales a number. */
export function scale(value) {
  return value * FACTOR;
}

/** Rounds a number to three places. */
export function round(value) {
  return Math.round(value * 1000) / 1000;
}
