import type { Finding, Rule, Side } from './side.ts';

/** Names that others hold on to, and where in the server's source they are written. */
const CONTRACTS = [
  { kind: 'the route', file: /^src\/http\/.+\.ts$/, name: /['"`](\/[A-Za-z][\w\-{}:./]*)['"`]/g },
  { kind: 'the route', file: /(^|\/)openapi\.(json|ya?ml)$/, name: /^\s*["']?(\/[\w\-{}./]*)["']?:/gm },
  { kind: 'the metric', file: /^src\/.+\.ts$/, name: /\b(ml_serving_[a-z_]+)\b/g },
  { kind: 'the error code', file: /^src\/errors\.ts$/, name: /\b([A-Z]{2,}(?:_[A-Z]+)+)\b/g },
] as const;

function namesIn(side: Side, file: RegExp, name: RegExp): Set<string> {
  const texts = side.paths.filter((path) => file.test(path)).map((path) => side.text(path) ?? '');
  return new Set(texts.flatMap((text) => [...text.matchAll(name)].map((match) => match[1] as string)));
}

/** A name that goes breaks whoever calls, scrapes or catches it; a new one breaks nobody. */
export const nameRule: Rule = (before, after) =>
  CONTRACTS.flatMap(({ kind, file, name }): Finding[] => {
    const [old, fresh] = [namesIn(before, file, name), namesIn(after, file, name)];
    const gone = [...old].filter((known) => !fresh.has(known));
    const added = [...fresh].filter((known) => !old.has(known));
    return [
      ...gone.map((known): Finding => ({ class: 'breaking', what: `${kind} ${known} is gone` })),
      ...added.map((known): Finding => ({ class: 'compatible', what: `${kind} ${known} is new` })),
    ];
  });
