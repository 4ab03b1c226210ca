import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What a pipeline does to a change or a release, by how it is recognised in a step or a script. */
const GATES: Readonly<Record<string, RegExp>> = {
  install: /\bnpm ci\b/,
  lint: /npm run lint/,
  types: /npm run typecheck/,
  tests: /npm test/,
  contract: /npm run check/,
  'rules as deployed': /npm run rules -- --check/,
  'alert rules': /monitoring\.sh prometheus/,
  'alert routes': /monitoring\.sh alertmanager/,
  dockerfile: /hadolint/,
  build: /docker build |docker\/build-push-action|docker buildx build/,
  smoke: /scripts\/smoke\.sh/,
  scan: /HIGH,CRITICAL/,
  sbom: /(format: |"format":"|--format )cyclonedx/,
  signature: /cosign sign /,
  'attested sbom': /cosign attest .*cyclonedx/,
  'attested provenance': /attest-build-provenance|--type slsaprovenance/,
  tag: /imagetools create/,
};

/** A job: what it does in order, and the jobs that have to end before it. */
interface Job {
  readonly gates: readonly string[];
  readonly after: readonly string[];
}

export interface Pipeline {
  /** Every gate that is passed, each once. */
  readonly gates: readonly string[];
  /** Whether one gate is always passed before another. */
  before(first: string, second: string): boolean;
}

function gatesOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => {
      const found = Object.entries(GATES).filter(([, pattern]) => pattern.test(text));
      return found.map(([gate, pattern]): [string, number] => [gate, text.search(pattern)]).sort((a, b) => a[1] - b[1]);
    })
    .map(([gate]) => gate);
}

function pipeline(jobs: ReadonlyMap<string, Job>): Pipeline {
  const waits = (job: string, other: string): boolean =>
    (jobs.get(job)?.after ?? []).some((name) => name === other || waits(name, other));
  const placesOf = (gate: string) => [...jobs].filter(([, { gates }]) => gates.includes(gate));
  return {
    gates: [...new Set([...jobs.values()].flatMap(({ gates }) => gates))].sort(),
    before(first, second) {
      const [early, late] = [placesOf(first), placesOf(second)];
      return (
        early.length > 0 &&
        late.length > 0 &&
        late.every(([name, { gates }]) =>
          early.every(([other, own]) =>
            other === name ? own.gates.indexOf(first) < gates.indexOf(second) : waits(name, other),
          ),
        )
      );
    },
  };
}

interface GithubJob {
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly with?: { readonly environment?: string };
  readonly steps?: readonly object[];
}

/** A workflow of GitHub with those it calls. */
export function githubPipeline(directory: string, file: string): Pipeline {
  const jobsIn = (name: string) =>
    (parse(readFileSync(join(directory, '.github', 'workflows', name), 'utf8')) as { jobs: Record<string, GithubJob> })
      .jobs;
  const gatesIn = (job: GithubJob): string[] => {
    if (job.with?.environment) return [job.with.environment];
    const called = job.uses && Object.values(jobsIn(job.uses.replace(/^.*\//, '')));
    return called ? called.flatMap(gatesIn) : gatesOf((job.steps ?? []).map((step) => JSON.stringify(step)));
  };
  return pipeline(
    new Map(
      Object.entries(jobsIn(file)).map(([name, job]) => [
        name,
        { gates: gatesIn(job), after: [job.needs ?? []].flat() },
      ]),
    ),
  );
}

interface GitlabJob {
  readonly extends?: string | readonly string[];
  readonly stage?: string;
  readonly needs?: readonly string[];
  readonly rules?: readonly { readonly if?: string }[];
  readonly environment?: string | { readonly name: string };
  readonly script?: readonly string[];
}

const nameOf = (environment: string | { readonly name: string }) =>
  typeof environment === 'string' ? environment : environment.name;

/** GitLab's pipeline for merge requests, for the default branch, or of the weekly schedule. */
export function gitlabPipeline(directory: string, event: 'merge request' | 'release' | 'schedule'): Pipeline {
  const { stages, ...all } = parse(readFileSync(join(directory, '.gitlab-ci.yml'), 'utf8')) as {
    readonly stages: readonly string[];
  } & Readonly<Record<string, GitlabJob>>;
  // What a job says itself goes before what it extends, and a later template before an earlier one.
  const whole = (job: GitlabJob): GitlabJob =>
    Object.assign({}, ...[job.extends ?? []].flat().map((name) => whole(all[name] ?? {})), job);
  const runs = ({ rules = [] }: GitlabJob): boolean =>
    rules.some(({ if: when = '' }) => {
      if (/== "schedule"/.test(when)) return event === 'schedule';
      if (/merge_request_event/.test(when)) return event === 'merge request';
      if (/!= "schedule"/.test(when) && event === 'schedule') return false;
      return !/CI_DEFAULT_BRANCH/.test(when) || event === 'release';
    });
  const jobs = Object.entries(all)
    .filter(([name, job]) => !name.startsWith('.') && (job.script || job.extends))
    .map(([name, job]): [string, GitlabJob] => [name, whole(job)])
    .filter(([, job]) => runs(job));
  const stageOf = (job: GitlabJob) => stages.indexOf(job.stage ?? 'test');
  return pipeline(
    new Map(
      jobs.map(([name, job]) => {
        const earlier = jobs.filter(([, other]) => stageOf(other) < stageOf(job)).map(([other]) => other);
        return [
          name,
          {
            gates: job.environment ? [nameOf(job.environment)] : gatesOf(job.script ?? []),
            after: job.needs ?? earlier,
          },
        ];
      }),
    ),
  );
}
