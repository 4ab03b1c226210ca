import fc from 'fast-check';
import { refuseCollisions } from '../../generators/apply/collisions.ts';
import type { Migration } from '../../generators/migrations/migration.ts';
import { type PlannedOutcome, planUpgrade, type UpgradePlan } from '../../generators/regenerate/plan.ts';
import { scanner } from '../../generators/regenerate/scan.ts';
import type { Mode } from '../../generators/tree.ts';
import {
  applied,
  type MemoryFile,
  type MemoryTree,
  memoryDisk,
  ROOT,
  recordOf,
  type TemplateFile,
  treeOf,
} from '../support/memory.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

const PATHS = [
  'a.txt',
  'A.txt',
  'b.ts',
  'c.json',
  'd.yaml',
  'd.yaml/in',
  'e/f.txt',
  'e/g.json',
  'e',
  'lock/package-lock.json',
];
const path = fc.constantFrom(...PATHS);
/** Where a person moves files to. */
const OWN_PATHS = ['moved/a.txt', 'moved/in/b.ts', 'e2/f.txt', 'own.txt', 'B.ts'];
/** Long enough to be found by its contents, and different for each path. */
const bodyOf = (name: string) => Array.from({ length: 8 }, (_, line) => `${name} says this in line ${line}\n`).join('');
const text = fc.oneof(
  fc
    .array(fc.constantFrom('one', 'two', 'three', 'four', '', 'x: 1'), { maxLength: 6 })
    .map((lines) => lines.map((l) => `${l}\n`).join('')),
  fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.nat(3)).map((value) => `${JSON.stringify(value, null, 2)}\n`),
  fc.constantFrom('', '\0binary', 'p: 1\nq: 2\nr: 3\n', 'p: 1\r\nq: 2\r\n', '<<<<<<< mine\n'),
);
const mode = fc.constantFrom<Mode>(0o644, 0o644, 0o644, 0o755);
const owner = fc.constantFrom('managed', 'merged', 'merged', 'seeded') as fc.Arbitrary<TemplateFile['owner'] & string>;
const files = (extra: fc.Arbitrary<boolean>) =>
  fc
    .dictionary(path, fc.record({ text, mode, owner, link: extra, long: fc.boolean() }), { maxKeys: 7 })
    .map((tree) =>
      Object.fromEntries(
        Object.entries(tree).map(([name, { long, ...file }]) => {
          const isLong = long && /\.(txt|ts)$/.test(name) && !file.text.includes('\0');
          return [name, isLong ? { ...file, text: bodyOf(name) + file.text } : file];
        }),
      ),
    )
    .map(withoutNesting);

/** A tree in which a file is also a folder, or two names differ by case alone, cannot be on every disk. */
function withoutNesting<T>(tree: Record<string, T>): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const [name, file] of Object.entries(tree)) {
    const clash = Object.keys(kept).some(
      (other) =>
        other.startsWith(`${name}/`) || name.startsWith(`${other}/`) || other.toLowerCase() === name.toLowerCase(),
    );
    if (!clash) kept[name] = file;
  }
  return kept;
}

const link = fc.integer({ min: 0, max: 19 }).map((n) => n === 0);
const never = fc.constant(false);
type Drawn = Record<string, MemoryFile & { owner: 'managed' | 'merged' | 'seeded' }>;

/** What a person has: the template's files, some left alone, some changed, some gone, and their own. */
function personOf(base: Drawn, edits: Drawn, keep: readonly boolean[]): MemoryTree {
  const kept = Object.entries(base).filter((_, index) => keep[index] !== false);
  return new Map(
    Object.entries(withoutNesting({ ...edits, ...Object.fromEntries(kept.filter(([p]) => !(p in edits))) })),
  );
}

const world = fc.record({
  base: files(never) as fc.Arbitrary<Drawn>,
  edits: files(link) as fc.Arbitrary<Drawn>,
  keep: fc.array(fc.boolean(), { maxLength: 7 }),
  theirs: files(never) as fc.Arbitrary<Drawn>,
  same: fc.array(fc.boolean(), { maxLength: 7 }),
  moves: fc.array(fc.record({ from: path, to: path }), { maxLength: 3 }),
  renames: fc.array(fc.record({ from: path, to: fc.constantFrom(...OWN_PATHS) }), { maxLength: 4 }),
});

/** What a person has after moving files of their repository. */
function renamed(tree: MemoryTree, renames: readonly { readonly from: string; readonly to: string }[]): MemoryTree {
  const after = new Map(tree);
  for (const { from, to } of renames) {
    const file = after.get(from);
    const isTaken = [...after.keys()].some(
      (other) => other !== from && (other.toLowerCase() === to.toLowerCase() || other.startsWith(`${to}/`)),
    );
    if (file === undefined || isTaken) continue;
    after.delete(from);
    after.set(to, file);
  }
  return after;
}

interface World {
  readonly base: Drawn;
  readonly theirs: Drawn;
  readonly yours: MemoryTree;
  readonly due: readonly Migration[];
  /** What the record has of the person's moves. */
  readonly places?: ReadonlyMap<string, string>;
}

/** Moves that a template could declare: each file once, to a place of its own that the new template has. */
function toWorld({
  base,
  edits,
  keep,
  theirs,
  same,
  moves,
  renames,
}: typeof world extends fc.Arbitrary<infer W> ? W : never): World {
  const unchanged = Object.entries(base).filter((_, index) => same[index]);
  const its = withoutNesting({ ...Object.fromEntries(unchanged), ...theirs });
  let valid = moves.filter(
    ({ from, to }, index) =>
      from !== to && from in base && to in its && moves.findIndex((m) => m.from === from || m.to === to) === index,
  );
  // A file takes the place of another one where that is moved away, by a move that is valid itself.
  for (let count = -1; count !== valid.length; ) {
    count = valid.length;
    valid = valid.filter(({ to }) => !(to in base) || valid.some(({ from }) => from === to));
  }
  return {
    base,
    theirs: its,
    yours: renamed(personOf(base, edits, keep), renames),
    due: [{ version: '2.0.0', moves: valid }],
  };
}

function plan({ base, theirs, yours, due, places }: World): UpgradePlan {
  const scan = scanner(ROOT, memoryDisk(yours), () => 0o644);
  const files = () => [...yours.keys()];
  return planUpgrade({
    record: recordOf(treeOf(base), '1.0.0', places),
    theirs: treeOf(theirs),
    due,
    scan,
    labels,
    files,
  });
}

/** Lines that a person wrote: in their file and not in what the template gave them. */
function ownLines(own: string, base: string): string[] {
  const given = new Set(base.split(/\r?\n/));
  return own.split(/\r?\n/).filter((line) => !given.has(line));
}

function holdsOwnLines(merged: string, own: string, base: string): boolean {
  const lines = new Set(merged.split(/\r?\n/));
  return ownLines(own, base).every((line) => lines.has(line));
}

const byKey = /\.(json|yaml)$/;

/** Whether what a person had at a path is not lost. */
function isSafe(
  name: string,
  own: MemoryFile,
  drawn: World,
  after: MemoryTree,
  outcomes: readonly PlannedOutcome[],
): boolean {
  const place = outcomes.find((outcome) => outcome.from === name)?.path ?? name;
  const there = after.get(place);
  if (there?.text === own.text && Boolean(there.link) === Boolean(own.link)) return true;
  // A person may have moved a file just as the template does: then its base is that of the old place.
  const origin = drawn.due.flatMap(({ moves = [] }) => moves).find(({ to }) => to === name)?.from;
  const template = outcomes.find((outcome) => outcome.path === name)?.moved?.template;
  const source = drawn.due.flatMap(({ moves = [] }) => moves).find(({ to }) => to === template)?.from ?? template;
  const given = drawn.base[name] ?? drawn.base[origin ?? name] ?? drawn.base[source ?? name];
  if (given?.text === own.text && !own.link) return true;
  const outcome = outcomes.find((candidate) => candidate.path === place);
  const isMerge = outcome?.decision === 'merge' || outcome?.decision === 'conflict-both-added';
  if (!isMerge || there === undefined || own.link) return false;
  return byKey.test(place) || holdsOwnLines(there.text, own.text, given?.text ?? '');
}

describe('planUpgrade, over random templates and repositories', () => {
  it('loses nothing that a person has, and says what it expects on the disk', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        const given = toWorld(drawn);
        const { outcomes, changes } = plan(given);
        refuseCollisions(changes);
        const after = applied(given.yours, changes);
        for (const [name, own] of given.yours) {
          if (!isSafe(name, own, given, after, outcomes)) throw new Error(`${name} is lost`);
        }
      }),
      { numRuns: 4000 },
    );
  });

  it('loses nothing at the next upgrade, whatever the person has put where a file was before it was moved', () => {
    fc.assert(
      fc.property(world, world, (drawn, next) => {
        const given = toWorld(drawn);
        const { changes, places } = plan(given);
        const after = applied(given.yours, changes);
        const own = Object.entries(drawn.base)
          .filter(([name]) => !after.has(name))
          .map(([name, file]): [string, MemoryFile] => [name, { ...file, text: `own ${name}\n` }]);
        const yours: MemoryTree = new Map(Object.entries(withoutNesting(Object.fromEntries([...after, ...own]))));
        const target = toWorld({ ...next, base: given.theirs as Drawn });
        const second: World = { ...target, yours, places };
        const { outcomes, changes: written } = plan(second);
        refuseCollisions(written);
        const last = applied(yours, written);
        for (const [name, file] of yours) {
          if (!isSafe(name, file, second, last, outcomes)) throw new Error(`${name} is lost`);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('touches no path that neither template has', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        const given = toWorld(drawn);
        const known = new Set([...Object.keys(given.base), ...Object.keys(given.theirs)]);
        const { changes, outcomes } = plan(given);
        const places = new Set(outcomes.filter(({ moved }) => moved !== null).map((outcome) => outcome.path));
        for (const { path: touched } of changes) {
          if (!places.has(touched)) expect(known).toContain(touched);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has nothing left to do afterwards, unless the person removed or kept something on purpose', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        const given = toWorld(drawn);
        const { changes, places } = plan(given);
        const after: World = { ...given, base: given.theirs, yours: applied(given.yours, changes), due: [], places };
        expect(plan(after).changes).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('brings every file that was only moved to what the new template has, at its new place', () => {
    let followed = 0;
    fc.assert(
      fc.property(world, (drawn) => {
        const base = Object.fromEntries(
          Object.entries(drawn.base).map(([p, f]) => [p, { ...f, owner: 'merged' as const }]),
        );
        const given = toWorld({ ...drawn, base, edits: {}, keep: [], moves: [] });
        const { changes, outcomes } = plan(given);
        const after = applied(given.yours, changes);
        for (const { path: place, moved } of outcomes) {
          const its = given.theirs[moved?.template ?? ''];
          if (moved === null || moved.percent === null || its?.owner === 'seeded') continue;
          followed++;
          expect(after.get(place)?.text).toBe(its?.text);
        }
      }),
      { numRuns: 2000 },
    );
    expect(followed).toBeGreaterThan(100);
  });

  it('gives the new template exactly, to those who have changed nothing', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        // A seeded file stays where a folder of the template is to come; everything else makes way.
        const base = Object.fromEntries(
          Object.entries(drawn.base).map(([p, f]) => [p, { ...f, owner: 'merged' as const }]),
        );
        const given = toWorld({ ...drawn, base, edits: {}, keep: [], renames: [] });
        const { changes, outcomes } = plan(given);
        const after = applied(given.yours, changes);
        expect(outcomes.filter(({ conflict }) => conflict !== null)).toEqual([]);
        for (const [name, { text: its, owner: by }] of Object.entries(given.theirs)) {
          if (by !== 'seeded') expect(after.get(name)?.text).toBe(its);
        }
        for (const name of Object.keys(given.base)) {
          if (!(name in given.theirs)) expect(after.has(name)).toBe(false);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
