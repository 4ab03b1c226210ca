import fc from 'fast-check';
import { sha256 } from '../../generators/hash.ts';
import type { YoursState } from '../../generators/merge/states.ts';
import type { Migration } from '../../generators/migrations/migration.ts';
import type { Manifest } from '../../generators/project/manifest.ts';
import { planUpgrade } from '../../generators/regenerate/plan.ts';
import type { Tree } from '../../generators/tree.ts';

type Texts = Readonly<Record<string, string>>;

interface World {
  readonly base: Texts;
  readonly yours: Texts;
  readonly theirs: Texts;
  readonly owned?: readonly string[];
  readonly due?: readonly Migration[];
  readonly own?: readonly string[];
}

/** What an upgrade does to plain texts, of which the template owns all that are not `owned`. */
function plan({ base, yours, theirs, owned = [], due = [], own = [] }: World) {
  const files: Record<string, Manifest['files'][string]> = {};
  for (const [path, text] of Object.entries(base)) {
    const isOwned = owned.includes(path);
    files[path] = { sha256: sha256(Buffer.from(text)), mode: '644', owner: 'managed', ...(isOwned && { owned: true }) };
  }
  const contents = new Map(Object.values(base).map((text) => [sha256(Buffer.from(text)), Buffer.from(text)]));
  const tree: Tree = new Map(
    Object.entries(theirs).map(([path, text]) => [path, { bytes: Buffer.from(text), mode: 0o644, owner: 'managed' }]),
  );
  const scan = (path: string): YoursState => {
    const text = yours[path];
    if (text === undefined) return null;
    const bytes = Buffer.from(text);
    return { kind: 'file', sha256: sha256(bytes), mode: 0o644, bytes: () => bytes };
  };
  const manifest: Manifest = { schema: 1, template: 'create-ml-serving', templateVersion: '1.0.0', files };
  const planned = planUpgrade({
    record: { manifest, base: (hash) => contents.get(hash) ?? null },
    theirs: tree,
    due,
    scan,
    labels: { yours: 'yours', base: 'base', theirs: 'theirs' },
    files: () => Object.keys(yours),
    ownership: { own, disown: [] },
  });
  const after: Record<string, string> = { ...yours };
  for (const change of planned.changes) {
    if (change.kind === 'delete') delete after[change.path];
    else after[change.path] = Buffer.from(change.bytes as Uint8Array).toString('utf8');
  }
  return { ...planned, after };
}

const moves = (from: string, to: string): Migration[] => [{ version: '2.0.0', moves: [{ from, to }] }];

test('a file that the template moves stays, and what is new at its old path is not written over it', () => {
  const { after, owned } = plan({
    base: { 'a.ts': 'was\n' },
    yours: { 'a.ts': 'ours\n' },
    theirs: { 'b.ts': 'was\n', 'a.ts': 'another\n' },
    owned: ['a.ts'],
    due: moves('a.ts', 'b.ts'),
  });
  expect(after).toEqual({ 'a.ts': 'ours\n', 'b.ts': 'was\n' });
  expect([...owned]).toEqual(['a.ts']);
});

test('a file of the team at the new place of one that they own is not touched', () => {
  const { after, places, owned } = plan({
    base: { 'a.ts': 'was\n' },
    yours: { 'a.ts': 'ours\n', 'b.ts': 'also ours\n' },
    theirs: { 'b.ts': 'is\n' },
    owned: ['a.ts'],
    due: moves('a.ts', 'b.ts'),
  });
  expect(after).toEqual({ 'a.ts': 'ours\n', 'b.ts': 'also ours\n' });
  expect([[...places], [...owned]]).toEqual([[['b.ts', 'a.ts']], ['b.ts']]);
});

test('imports of an owned file follow what the template moves, though nobody has edited it', () => {
  const text = "import { x } from './lib/x.ts';\n";
  const { after } = plan({
    base: { 'src/a.ts': text, 'src/lib/x.ts': 'x\n' },
    yours: { 'src/a.ts': text, 'src/lib/x.ts': 'x\n' },
    theirs: { 'src/a.ts': 'rewritten by the template\n', 'core/x.ts': 'x\n' },
    owned: ['src/a.ts'],
    due: [{ version: '2.0.0', moves: [{ from: 'src/lib/', to: 'core/' }], importAs: () => null }],
  });
  expect(after).toEqual({ 'src/a.ts': "import { x } from '../core/x.ts';\n", 'core/x.ts': 'x\n' });
});

test('what an owned file imports stays, though the template has removed it', () => {
  const { after } = plan({
    base: { 'a.ts': "import './x.ts';\n", 'x.ts': 'x\n', 'y.ts': 'y\n' },
    yours: { 'a.ts': "import './x.ts';\n", 'x.ts': 'x\n', 'y.ts': 'y\n' },
    theirs: { 'a.ts': 'new\n' },
    owned: ['a.ts'],
    due: [{ version: '2.0.0', importAs: () => null }],
  });
  expect(Object.keys(after)).toEqual(['a.ts', 'x.ts']);
});

test('a migration of its text is applied, the template’s other changes are not', () => {
  const { after, outcomes } = plan({
    base: { 'serving.yaml': 'apiVersion: v1\nthreads: 1\n' },
    yours: { 'serving.yaml': 'apiVersion: v1\nthreads: 4\n' },
    theirs: { 'serving.yaml': 'apiVersion: v2\nthreads: 1\nqueue: 8\n' },
    owned: ['serving.yaml'],
    due: [{ version: '2.0.0', files: { 'serving.yaml': (text) => text.replace('v1', 'v2') } }],
  });
  expect(after).toEqual({ 'serving.yaml': 'apiVersion: v2\nthreads: 4\n' });
  // Only what was not brought counts.
  expect(outcomes[0]?.kept?.lines).toBe(1);
});

test('a folder that is named keeps the files that are there, and gets those that are new', () => {
  const { after, owned } = plan({
    base: { 'lib/a.ts': 'was\n' },
    yours: { 'lib/a.ts': 'ours\n' },
    theirs: { 'lib/a.ts': 'is\n', 'lib/b.ts': 'new\n' },
    owned: ['lib/a.ts'],
  });
  expect(after).toEqual({ 'lib/a.ts': 'ours\n', 'lib/b.ts': 'new\n' });
  expect([...owned]).toEqual(['lib/a.ts']);
});

const PATHS = ['a.txt', 'b.txt', 'c.json', 'lib/d.txt'];
const text = fc.constantFrom('', '{}\n', '{"a": 1}\n', 'one\n', 'one\ntwo\n', 'one\r\ntwo\r\n', 'three\ntwo\n');
const texts = fc.dictionary(fc.constantFrom(...PATHS), text);

test('nothing that the team owns is ever changed, and nothing of it is drift or a conflict', () => {
  fc.assert(
    fc.property(texts, texts, texts, fc.subarray(PATHS), fc.subarray(PATHS), (base, yours, theirs, owned, own) => {
      const { after, outcomes, drift } = plan({
        base,
        yours,
        theirs,
        owned,
        own,
        due: moves('b.txt', 'lib/e.txt'),
      });
      const ours = [...owned.filter((path) => path in base), ...own.filter((path) => path in base || path in theirs)];
      for (const path of ours.filter((one) => one in yours)) expect([path, after[path]]).toEqual([path, yours[path]]);
      expect(drift.filter((path) => ours.includes(path))).toEqual([]);
      expect(outcomes.filter(({ path, conflict }) => conflict !== null && ours.includes(path))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
