/** Times the planning of upgrades inside one process; prints medians in milliseconds as JSON. Bundled by upgrades.mjs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { sha256 } from '../../generators/hash.ts';
import type { Manifest } from '../../generators/project/manifest.ts';
import { planUpgrade } from '../../generators/regenerate/plan.ts';
import { scanner } from '../../generators/regenerate/scan.ts';
import type { Tree } from '../../generators/tree.ts';

const LINES = 120;
const RUNS = 15;
const labels = { yours: 'yours', base: 'base', theirs: 'theirs' };

/** So many files, of which so many were changed by the person and by the template. */
export interface Repository {
  readonly files: number;
  readonly changed: number;
}

const body = (path: string) => Array.from({ length: LINES }, (_, line) => `${path} line ${line}\n`).join('');
const treeOf = (files: ReadonlyMap<string, string>): Tree =>
  new Map([...files].map(([path, text]) => [path, { bytes: Buffer.from(text), mode: 0o644, owner: 'merged' }]));

function plannerOf(root: string, { files, changed }: Repository): () => number {
  const paths = Array.from({ length: files }, (_, index) => `src/room${index % 10}/file${index}.ts`);
  const isChanged = (index: number) => index < changed;
  const side = (first: string, last: string) =>
    new Map(paths.map((path, i) => [path, (isChanged(i) ? first : '') + body(path) + (isChanged(i) ? last : '')]));
  const base = treeOf(side('', ''));
  const theirs = treeOf(side('', 'theirs\n'));
  for (const [path, text] of side('yours\n', '')) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const entries = [...base].map(([path, file]) => [path, { sha256: sha256(file.bytes), mode: '644', owner: 'merged' }]);
  const manifest = {
    schema: 1,
    template: 'create-ml-serving',
    templateVersion: '1.0.0',
    files: Object.fromEntries(entries),
  } as Manifest;
  const blobs = new Map([...base.values()].map(({ bytes }) => [sha256(bytes), bytes]));
  const record = { manifest, base: (hash: string) => blobs.get(hash) ?? null };
  return () => {
    const start = performance.now();
    const scan = scanner(root, nodeDisk, () => 0o644);
    const { outcomes } = planUpgrade({ record, theirs, due: [], scan, labels });
    const ms = performance.now() - start;
    const merged = outcomes.filter(({ decision, conflict }) => decision === 'merge' && conflict === null).length;
    if (merged !== changed) throw new Error(`${merged} files were merged, not ${changed}`);
    return ms;
  };
}

const repositories = JSON.parse(process.argv[2] ?? '[]') as Repository[];
const work = mkdtempSync(join(tmpdir(), 'bench-plan-'));
const planners = repositories.map((repository, index) => plannerOf(join(work, `${index}`), repository));
const times: number[][] = planners.map(() => []);
for (let run = 0; run < RUNS; run++) {
  for (const [index, plan] of planners.entries()) times[index]?.push(plan());
}
rmSync(work, { recursive: true });
console.log(JSON.stringify(times.map((values) => values.sort((a, b) => a - b)[Math.floor(RUNS / 2)])));
