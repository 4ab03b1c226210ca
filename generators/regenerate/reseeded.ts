import type { UpgradeInput } from './case.ts';
import { plainHash } from './line-ends.ts';

/** Seeded files that migrations replace where the team has never edited them. */
export function reseededFiles({
  record,
  due,
  scan,
}: Pick<UpgradeInput, 'record' | 'due' | 'scan'>): ReadonlySet<string> {
  const places = due.flatMap(({ reseeds = [] }) => reseeds);
  const isNamed = (path: string) =>
    places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
  const seeded = Object.entries(record.manifest?.files ?? {}).filter(
    ([path, { owner }]) => owner === 'seeded' && isNamed(path),
  );
  const untouched = seeded.filter(([path, { sha256 }]) => {
    const found = scan(path);
    if (found?.kind !== 'file') return false;
    return found.sha256 === sha256 || plainHash(found.bytes() as Uint8Array) === sha256;
  });
  return new Set(untouched.map(([path]) => path));
}
