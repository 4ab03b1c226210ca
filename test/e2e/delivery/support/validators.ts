import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Result, run } from '../../support/run.ts';
import { customResources, kubeScore, strictKubernetes } from './kubernetes.ts';
import { nginx } from './nginx.ts';
import { tool, toolEnv } from './tools.ts';

/** A defect put into a healthy repository, and what the validator must say about it. */
interface Fault {
  /** The answers to stamp out with. */
  readonly sets: readonly string[];
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly says: RegExp;
}

export interface Validator {
  readonly judge: (directory: string) => Promise<Result>;
  /** Judges only repositories with this pipeline; undefined = all. */
  readonly ci?: 'github' | 'gitlab';
  readonly faults: readonly Fault[];
}

interface GitlabJob {
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
}

const command =
  (name: string, args: (directory: string) => readonly string[]) =>
  (cwd: string): Promise<Result> =>
    run(tool(name), args(cwd), { cwd, env: toolEnv() });

/** Queries are as long as the service's name makes them. */
const YAMLLINT = `{extends: default, rules: {
  line-length: {max: 160, allow-non-breakable-inline-mappings: true, ignore: "monitoring/\\ndeploy/components/alerts/"},
  document-start: disable, truthy: {check-keys: false},
  comments: {min-spaces-from-content: 1}, braces: {max-spaces-inside: 1}}}`;

/** What real programs say about the artefacts, by program. */
export const validators: Readonly<Record<string, Validator>> = {
  actionlint: {
    judge: command('actionlint', () => ['-shellcheck', tool('shellcheck')]),
    ci: 'github',
    faults: [
      {
        sets: ['ci=github'],
        file: '.github/workflows/release.yml',
        find: 'steps.build.outputs.digest',
        replace: 'steps.biuld.outputs.digest',
        says: /property "biuld" is not defined/,
      },
      {
        sets: ['ci=github'],
        file: '.github/workflows/ci.yml',
        find: '"$IMAGE"',
        replace: '$IMAGE $(ls | grep x)',
        says: /shellcheck reported issue/,
      },
    ],
  },
  'gitlab-ci-local (GitLab’s schema)': {
    judge: command('gitlab-ci-local', () => ['--list']),
    ci: 'gitlab',
    faults: [
      {
        sets: ['ci=gitlab'],
        file: '.gitlab-ci.yml',
        find: 'timeout: 15 minutes',
        replace: 'timeout: [15]',
        says: /'timeout' property type must be string/,
      },
      {
        sets: ['ci=gitlab'],
        file: '.gitlab-ci.yml',
        find: 'needs: [candidate]',
        replace: 'needs: [candidat]',
        says: /candidat/,
      },
    ],
  },
  'shellcheck on GitLab’s scripts': {
    judge: gitlabScripts,
    ci: 'gitlab',
    faults: [
      {
        sets: ['ci=gitlab'],
        file: '.gitlab-ci.yml',
        find: '"$IMAGE@$digest"',
        replace: '$IMAGE@$(ls *)',
        says: /SC20/,
      },
    ],
  },
  'shellcheck on scripts': {
    judge: shellScripts,
    faults: [
      { sets: [], file: 'scripts/smoke.sh', find: 'logs "$container"', replace: 'logs $container', says: /SC2086/ },
    ],
  },
  yamllint: {
    judge: command('yamllint', () => ['--strict', '-d', YAMLLINT, '.']),
    faults: [
      { sets: [], file: 'serving.yaml', find: 'model:', replace: 'model:\n  name: twice', says: /duplication of key/ },
    ],
  },
  'kubernetes-validate (strict)': {
    judge: strictKubernetes,
    faults: [
      {
        sets: [],
        file: 'deploy/base/deployment.yaml',
        find: 'failureThreshold: 90',
        replace: 'failureTreshold: 90',
        says: /'failureTreshold' was unexpected/,
      },
      {
        sets: [],
        file: 'deploy/base/service.yaml',
        find: 'apiVersion: v1',
        replace: 'apiVersion: v2',
        says: /Service with api version v2/,
      },
    ],
  },
  'the types of custom resources': {
    judge: customResources,
    faults: [
      {
        sets: [],
        file: 'deploy/overlays/ab/route.yaml',
        find: 'weight: 90',
        replace: 'wieght: 90',
        says: /wieght.* does not exist/,
      },
      {
        sets: [],
        file: 'deploy/overlays/canary/analysis.yaml',
        find: 'successCondition:',
        replace: 'sucessCondition:',
        says: /sucessCondition.* does not exist/,
      },
      {
        sets: [],
        file: 'deploy/components/monitoring/service-monitor.yaml',
        find: 'interval: 15s',
        replace: 'interval: 15',
        says: /Type 'number' is not assignable to type 'string'/,
      },
    ],
  },
  'kube-score': {
    judge: kubeScore,
    faults: [
      {
        sets: [],
        file: 'deploy/base/deployment.yaml',
        find: 'readOnlyRootFilesystem: true',
        replace: 'readOnlyRootFilesystem: false',
        says: /writable root filesystem/,
      },
      {
        sets: [],
        file: 'deploy/base/kustomization.yaml',
        find: '  - network-policy.yaml\n',
        replace: '',
        says: /matching NetworkPolicy/,
      },
    ],
  },
  'dclint (the schema of Compose)': {
    judge: command('dclint', () => ['--quiet', 'compose.yaml']),
    faults: [
      {
        sets: [],
        file: 'compose.yaml',
        find: 'read_only: true',
        replace: 'readonly: true',
        says: /must NOT have additional properties/,
      },
      { sets: [], file: 'compose.yaml', find: 'mem_limit: 512m', replace: 'mem_limit: [1]', says: /mem_limit/ },
    ],
  },
  nginx: {
    judge: nginx,
    faults: [
      {
        sets: [],
        file: 'deploy/compose/nginx.conf',
        find: 'proxy_http_version 1.1;',
        replace: 'proxy_http_version 1.1',
        says: /\[emerg\]/,
      },
    ],
  },
  hadolint: {
    judge: command('hadolint', () => ['Dockerfile']),
    faults: [
      { sets: [], file: 'Dockerfile', find: 'WORKDIR /app', replace: 'WORKDIR app', says: /DL3000/ },
      { sets: [], file: 'Dockerfile', find: '"$arch" = amd64', replace: '$arch = amd64', says: /SC2086/ },
    ],
  },
};

/** The jobs' scripts, as the runner joins them: one shell a job. */
async function gitlabScripts(directory: string): Promise<Result> {
  const jobs = parse(readFileSync(join(directory, '.gitlab-ci.yml'), 'utf8')) as Record<string, GitlabJob>;
  const scripts = Object.values(jobs)
    .map(({ before_script = [], script = [] }) => [...before_script, ...script].join('\n'))
    .filter((script) => script !== '');
  if (scripts.length === 0) throw new Error('.gitlab-ci.yml holds no script');
  return shellcheck(scripts);
}

async function shellScripts(directory: string): Promise<Result> {
  const names = readdirSync(join(directory, 'scripts')).filter((name) => name.endsWith('.sh'));
  if (names.length === 0) throw new Error('scripts/ holds no shell script');
  return shellcheck(names.map((name) => readFileSync(join(directory, 'scripts', name), 'utf8')));
}

async function shellcheck(scripts: readonly string[]): Promise<Result> {
  const results = await Promise.all(
    scripts.map((script) =>
      run('sh', ['-c', 'printf "%s\\n" "$1" | "$2" --shell=sh -', 'sh', script, tool('shellcheck')]),
    ),
  );
  return results.find(({ code }) => code !== 0) ?? { code: 0, stdout: '', stderr: '' };
}
