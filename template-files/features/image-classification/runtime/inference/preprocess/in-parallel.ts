/**
 * Does something with every item, some at a time, and gives the results in the items' order. After a failure nothing more is
 * begun; it rejects when what has begun is finished, with the failure of the first item that has one.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atATime: number,
  act: (item: Item, place: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const failures: { readonly place: number; readonly error: unknown }[] = [];
  let next = 0;
  const goOn = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const place = next++;
      try {
        results[place] = await act(items[place] as Item, place);
      } catch (error) {
        failures.push({ place, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, goOn));
  const [first] = failures.sort((a, b) => a.place - b.place);
  if (first) throw first.error;
  return results;
}
