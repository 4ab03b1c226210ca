/** Place of the highest of `width` values from `first` on; the first of equals, as in predictions. NaN is below all. */
export function likeliestOf(
  data: ArrayLike<unknown>,
  first: number,
  width: number,
  toNumber: (element: number) => number,
): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < width; i++) {
    const value = toNumber(data[first + i] as number);
    if (value > highest) {
      highest = value;
      best = i;
    }
  }
  return best;
}

/** Places of the `count` highest of `length` values, highest first; of equal values the earlier one. NaN is below all. */
export function likeliest(length: number, count: number, valueAt: (place: number) => number): number[] {
  const places: number[] = [];
  const values: number[] = [];
  for (let place = 0; place < length; place++) {
    const found = valueAt(place);
    const value = Number.isNaN(found) ? Number.NEGATIVE_INFINITY : found;
    if (values.length === count && !(value > (values.at(-1) as number))) continue;
    let at = values.length;
    while (at > 0 && value > (values[at - 1] as number)) at -= 1;
    places.splice(at, 0, place);
    values.splice(at, 0, value);
    if (values.length > count) {
      places.pop();
      values.pop();
    }
  }
  return places;
}
