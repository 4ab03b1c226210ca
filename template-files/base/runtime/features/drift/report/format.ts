/** A share as people read it: `4.2 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  return `${Number(value.toFixed(1))} %`;
}

/** A number in as many digits as tell it apart from its neighbours. */
export function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** From the smallest to the largest. */
export function rangeText({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? short(min) : `${short(min)} to ${short(max)}`;
}
