import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Result } from '../../../support/run.ts';
import { tool } from '../tools.ts';
import { shellcheck } from './shell.ts';
import { command, type Validator } from './validator.ts';

interface GitlabJob {
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
}

/** Who judges the pipelines. */
export const pipelineValidators: Readonly<Record<string, Validator>> = {
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
