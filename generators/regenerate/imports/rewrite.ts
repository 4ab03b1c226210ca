import { posix } from 'node:path';

/** Where a file of code is read, and where it will be. */
export interface Place {
  readonly from: string;
  readonly to: string;
}

export interface ImportRules {
  /** New path of a file of the template that moves, by its old one. */
  readonly moved: ReadonlyMap<string, string>;
  /** How code outside of a part of the repository imports a file of that part; null where by its relative path. */
  readonly importAs: (path: string) => string | null;
}

const CODE = /\.[cm]?[jt]sx?$/;
/** A relative path in an import, an export from, a dynamic import, a mock of a module or a URL next to the file. */
const RELATIVE =
  /(\b(?:from|import|require|mock|unstable_mockModule|mockModule|URL)\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\2/g;

/** Whether a file holds imports. */
export function isCode(path: string): boolean {
  return CODE.test(path);
}

/** The files of the repository that a relative import may mean, by how modules are written in TypeScript. */
function readings(path: string): string[] {
  return [path, path.replace(/\.([cm]?)js$/, '.$1ts'), `${path}.ts`, `${path}/index.ts`];
}

function targetOf(specifier: string, from: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** The paths that a text imports relative to itself, as they may be meant. */
export function importedPaths(text: string, from: string): string[] {
  return [...text.matchAll(RELATIVE)].flatMap(([, , , specifier]) => readings(targetOf(specifier as string, from)));
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Lets the imports of a text follow the files that move, and the text itself where it does. Nothing else is changed. */
export function rewriteImports(text: string, { from, to }: Place, { moved, importAs }: ImportRules): string {
  return text.replace(RELATIVE, (whole, before: string, quote: string, specifier: string) => {
    const target = targetOf(specifier, from);
    if (target.startsWith('../')) return whole;
    const old = readings(target).find((path) => moved.has(path));
    if (old === undefined) return from === to ? whole : `${before}${quote}${relative(to, target)}${quote}`;
    const fresh = moved.get(old) as string;
    const alias = importAs(to) === null ? importAs(fresh) : null;
    return `${before}${quote}${alias ?? relative(to, fresh)}${quote}`;
  });
}
