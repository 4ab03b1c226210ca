import { changed, type Finding, type Rule, type Side } from './side.ts';

/** Names that others hold on to, and where in the server's source they are written. */
const CONTRACTS = [
  {
    kind: 'the route',
    file: /^(?:(?:src|runtime)\/http\/.+|runtime\/features\/[^/]+\/(?:index|routes))\.ts$/,
    name: /['"`](\/[A-Za-z][\w\-{}:./]*)['"`]/g,
  },
  { kind: 'the metric', file: /^(?:src|runtime)\/.+\.ts$/, name: /\b(ml_serving_[a-z_]+)\b/g },
  { kind: 'the error code', file: /^(?:src|runtime)\/errors\.ts$/, name: /\b([A-Z]{2,}(?:_[A-Z]+)+)\b/g },
] as const;

function namesIn(side: Side, paths: readonly string[], name: RegExp): Set<string> {
  return new Set(
    paths.flatMap((path) => [...(side.text(path) ?? '').matchAll(name)].map((match) => match[1] as string)),
  );
}

/**
 * Names in the source, for templates that kept no contract of their own. A name that goes breaks whoever calls, scrapes or
 * catches it; a new one breaks nobody. Only files that changed are read of the old side: there are many repositories.
 */
export const nameRule: Rule = (before, after) =>
  CONTRACTS.flatMap(({ kind, file, name }): Finding[] => {
    const differs = (path: string) => changed(before, after, path);
    const [had, has] = [before, after].map(({ paths }) => paths.filter((path) => file.test(path))) as [
      string[],
      string[],
    ];
    const [old, fresh] = [namesIn(before, had.filter(differs), name), namesIn(after, has.filter(differs), name)];
    const stayed = namesIn(
      after,
      has.filter((path) => !differs(path)),
      name,
    );
    const gone = [...old].filter((known) => !fresh.has(known) && !stayed.has(known));
    const added = [...fresh].filter((known) => !old.has(known) && !stayed.has(known));
    return [
      ...gone.map((known): Finding => ({ class: 'breaking', what: `${kind} ${known} is gone` })),
      ...added.map((known): Finding => ({ class: 'compatible', what: `${kind} ${known} is new` })),
    ];
  });
