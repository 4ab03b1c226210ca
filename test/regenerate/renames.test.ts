import { sha256 } from '../../generators/hash.ts';
import { movedFolders, placeInMoved } from '../../generators/regenerate/renames/folders.ts';
import { type Content, matchRenames } from '../../generators/regenerate/renames/match.ts';
import { fingerprint, resemblances } from '../../generators/regenerate/renames/similarity.ts';

const body = (name: string, lines = 20) => Array.from({ length: lines }, (_, i) => `${name} says ${i}\n`).join('');
const file = (path: string, text: string): Content => ({ path, text, sha256: sha256(Buffer.from(text)) });
const found = (missing: Content[], own: Content[]) => {
  const { found: pairs, ambiguous } = matchRenames(missing, own);
  return { pairs: [...pairs].map(([from, { to }]) => [from, to]), ambiguous: [...ambiguous] };
};

describe('matchRenames', () => {
  it('takes the same contents before those that are nearly the same', () => {
    const edited = `${body('a')}one more\n`;
    expect(found([file('a', body('a'))], [file('x', edited), file('y', body('a'))]).pairs).toEqual([['a', 'y']]);
  });

  it('takes half in common, and no less', () => {
    const shared = body('shared', 10);
    const own = (more: number) => file('x', shared + body('others', more));
    expect(found([file('a', shared)], [own(8)]).pairs).toEqual([['a', 'x']]);
    expect(found([file('a', shared)], [own(12)])).toEqual({ pairs: [], ambiguous: [] });
  });

  it('finds contents that a formatter has indented anew', () => {
    const indented = body('a').replace(/^/gm, '\t\t');
    expect(found([file('a', body('a'))], [file('x', indented)]).pairs).toEqual([['a', 'x']]);
  });

  it('is decided by the names where contents are as alike: in a moved tree of files that resemble each other', () => {
    const variants = ['staging', 'production', 'canary'].map(
      (name) => [name, `${body('all')}overlay: ${name}\n`] as const,
    );
    const missing = variants.map(([name, text]) => file(`deploy/${name}/kustomization.yaml`, text));
    const own = variants.map(([name, text]) => file(`k8s/${name}/kustomization.yaml`, `${text}ours: true\n`));
    expect(found(missing, own.toReversed())).toEqual({
      pairs: variants.map(([name]) => [`deploy/${name}/kustomization.yaml`, `k8s/${name}/kustomization.yaml`]),
      ambiguous: [],
    });
  });

  it('takes none of two that are as likely, on either side', () => {
    expect(found([file('a', body('a'))], [file('x', body('a')), file('y', body('a'))])).toEqual({
      pairs: [],
      ambiguous: [['a', ['x', 'y']]],
    });
    expect(found([file('a', body('a')), file('b', body('a'))], [file('x', body('a'))])).toEqual({
      pairs: [],
      ambiguous: [
        ['a', ['x']],
        ['b', ['x']],
      ],
    });
  });

  it('takes short contents for the same file only under the same name', () => {
    expect(found([file('.nvmrc', '24\n')], [file('VERSION', '24\n')]).pairs).toEqual([]);
    expect(found([file('.nvmrc', '24\n')], [file('docker/.nvmrc', '24\n')]).pairs).toEqual([
      ['.nvmrc', 'docker/.nvmrc'],
    ]);
  });

  it('compares bytes that are no text as a whole', () => {
    const logo = (path: string): Content => ({ path, text: null, sha256: 'a'.repeat(64) });
    expect(found([logo('docs/logo.png')], [logo('assets/brand.png')]).pairs).toEqual([
      ['docs/logo.png', 'assets/brand.png'],
    ]);
  });
});

it('compares in proportion to the lines that are shared, not to all pairs', () => {
  const texts = Array.from({ length: 400 }, (_, index) => fingerprint(body(`file ${index}`)));
  let asked = 0;
  const counted = texts.map(({ lines, size }) => {
    const counting = new Map(lines);
    counting.entries = () => {
      asked++;
      return lines.entries();
    };
    return { lines: Object.assign(counting, { [Symbol.iterator]: counting.entries }), size };
  });
  expect(resemblances(counted, counted, 50)).toHaveLength(400);
  expect(asked).toBe(800);
});

describe('movedFolders', () => {
  const places = (...pairs: [string, string][]) => new Map(pairs);
  const gone = () => true;

  it('are those of which all files went to one place, and nothing is left', () => {
    const moved = places(['src/a.ts', 'service/a.ts'], ['src/in/b.ts', 'service/in/b.ts']);
    expect([...movedFolders(moved, gone)]).toEqual([
      ['src', 'service'],
      ['src/in', 'service/in'],
    ]);
    expect([...movedFolders(moved, (folder) => folder !== 'src')]).toEqual([['src/in', 'service/in']]);
    expect(movedFolders(places(['src/a.ts', 'x/a.ts'], ['src/b.ts', 'y/b.ts']), gone).size).toBe(0);
    expect(movedFolders(places(['src/a.ts', 'src/b.ts']), gone).size).toBe(0);
  });

  it('take new files along, the innermost first', () => {
    const folders = places(['src', 'service'], ['src/in', 'other']);
    expect(placeInMoved('src/new.ts', folders)).toBe('service/new.ts');
    expect(placeInMoved('src/in/new.ts', folders)).toBe('other/new.ts');
    expect(placeInMoved('docs/new.md', folders)).toBeNull();
  });
});
