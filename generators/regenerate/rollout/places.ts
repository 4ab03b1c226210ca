import { changed, type Finding, type RolloutClass, type Rule } from './side.ts';

/** What a change of a file means for its way to production, where the names and schemas in it say nothing worse. */
const PLACES: readonly { readonly path: RegExp; readonly class: RolloutClass; readonly what: string }[] = [
  { path: /^(?:src|runtime(?:\/features)?)\/batch\//, class: 'batch', what: 'the batch job' },
  { path: /^deploy\/.*(cron|batch|job)/i, class: 'batch', what: 'the schedule or the job of the batch' },
  { path: /^(?:src|runtime)\/inference\//, class: 'online', what: 'the inference core' },
  { path: /^(?:src|runtime\/features)\/grpc\//, class: 'online', what: 'the gRPC interface' },
  { path: /^(?:src|runtime)\//, class: 'online', what: 'the server' },
  { path: /^Dockerfile$/, class: 'online', what: 'the image' },
  { path: /^deploy\//, class: 'online', what: 'how it is deployed' },
  { path: /^serving\.yaml$/, class: 'online', what: 'what drives the server (serving.yaml)' },
  { path: /^model\//, class: 'online', what: 'the model' },
];

/** Judges by place; each kind of place is named once. */
export const placeRule: Rule = (before, after) => {
  const touched = [...new Set([...before.paths, ...after.paths])].filter((path) => changed(before, after, path));
  const kinds = new Set(touched.flatMap((path) => PLACES.find((place) => place.path.test(path)) ?? []));
  const findings = [...kinds].map(({ class: level, what }): Finding => ({ class: level, what: `${what} changed` }));
  if (findings.length > 0 || touched.length === 0) return findings;
  return [{ class: 'compatible', what: 'only files that do not run in production changed' }];
};
