import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { must } from '../support/run.ts';
import { githubPipeline, gitlabPipeline } from './support/stages.ts';
import { stamp, stampAnew } from './support/stamp.ts';

/* What no schema asks of a pipeline, and a platform engineer does. */

const folder = temporaryFolder();

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

async function workflows(): Promise<ReadonlyMap<string, { text: string; workflow: Workflow }>> {
  const folder = join(await stamp(['ci=github']), '.github', 'workflows');
  return new Map(
    readdirSync(folder).map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [name, { text, workflow: parse(text) as Workflow }];
    }),
  );
}

const jobsOf = ({ jobs }: Workflow) => Object.values(jobs).filter((job) => job.steps);
const stepsOf = (workflow: Workflow) => jobsOf(workflow).flatMap((job) => job.steps ?? []);

test('actions are pinned to a commit, with the version beside it', async () => {
  const uses = [...(await workflows()).values()].flatMap(({ text }) => [...text.matchAll(/uses: (.*)/g)]);
  expect(uses.length).toBeGreaterThan(5);
  for (const [, action] of uses) {
    expect(action).toMatch(/^(\.\/\.github\/workflows\/[a-z-]+\.yml|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  }
});

test('workflows may only read unless a job says otherwise; jobs end in time, on a runner that does not change', async () => {
  for (const { workflow } of (await workflows()).values()) {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    if (!('workflow_call' in workflow.on)) expect(workflow.concurrency).toBeDefined();
    for (const job of jobsOf(workflow)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      expect(job['runs-on']).toMatch(/^ubuntu-\d\d\.\d\d$/);
    }
  }
});

test('checkouts leave no credentials behind, and no expression is pasted into a script', async () => {
  for (const { workflow } of (await workflows()).values()) {
    for (const step of stepsOf(workflow)) {
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with).toMatchObject({ 'persist-credentials': false });
      expect(step.run ?? '').not.toContain('${{');
    }
  }
});

test('nothing that is released comes out of a cache', async () => {
  for (const name of ['checks.yml', 'release.yml']) {
    const { text, workflow } = (await workflows()).get(name) as { text: string; workflow: Workflow };
    expect(text).not.toMatch(/cache-from|actions\/cache/);
    for (const { uses, with: inputs } of stepsOf(workflow)) {
      if (uses?.startsWith('actions/setup-node@')) expect(inputs).toMatchObject({ 'package-manager-cache': false });
      if (uses?.startsWith('aquasecurity/trivy-action@')) expect(inputs).toMatchObject({ cache: 'false' });
    }
  }
});

describe.each(['amd64', 'amd64,arm64'])('GitHub and GitLab as equals (%s)', (platforms) => {
  const directories = () =>
    Promise.all([stamp(['ci=github', `platforms=${platforms}`]), stamp(['ci=gitlab', `platforms=${platforms}`])]);

  const checks = ['install', 'lint', 'types', 'tests', 'contract', 'rules as deployed', 'alert rules', 'alert routes'];

  test('the same is asked of a change', async () => {
    const [github, gitlab] = await directories();
    const gates = [...checks, 'build', 'dockerfile', 'scan', 'smoke'].sort();
    expect(githubPipeline(github, 'ci.yml').gates).toEqual(gates);
    expect(gitlabPipeline(gitlab, 'merge request').gates).toEqual(gates);
  });

  test('a release passes the same gates in the same order', async () => {
    const [github, gitlab] = await directories();
    const signed = ['signature', 'attested sbom', 'attested provenance'];
    const order = ['build', 'smoke', 'scan', 'sbom', ...signed, 'tag', 'staging', 'production'];
    for (const release of [githubPipeline(github, 'release.yml'), gitlabPipeline(gitlab, 'release')]) {
      expect(release.gates).toEqual([...checks, ...order].sort());
      expect(checks.filter((check) => !release.before(check, 'build'))).toEqual([]);
      expect(order.slice(1).filter((gate, i) => !release.before(order[i] as string, gate))).toEqual([]);
    }
  });

  test('both keep dependencies, actions, images and the template fresh after a week', async () => {
    const [github, gitlab] = await directories();
    const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
    const { updates } = parse(read(github, '.github', 'dependabot.yml')) as { updates: Record<string, object>[] };
    for (const { cooldown } of updates) expect(cooldown).toEqual({ 'default-days': 7 });
    const watched = updates.map((update) => `${update['package-ecosystem']} ${update['directory']}`);
    expect(watched).toEqual([
      'npm /',
      'npm /.github/template-update',
      'github-actions /',
      'docker /',
      'docker-compose /',
    ]);
    const renovate = JSON.parse(read(gitlab, 'renovate.json'));
    expect(renovate).toMatchObject({ minimumReleaseAge: '7 days', internalChecksFilter: 'strict' });
    expect(renovate.extends).toContain('docker:pinDigests');
    expect(JSON.stringify(renovate.packageRules)).not.toContain('minimumReleaseAge');
  });

  test('the image of the default branch is built and scanned every week', async () => {
    const [github, gitlab] = await directories();
    const { on } = parse(readFileSync(join(github, '.github', 'workflows', 'ci.yml'), 'utf8')) as Workflow;
    expect(on['schedule']).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \d$/) }]);
    expect(gitlabPipeline(gitlab, 'schedule').gates).toEqual(['build', 'scan', 'smoke', 'template-update']);
    for (const directory of [github, gitlab]) {
      const file = directory === github ? '.github/workflows/ci.yml' : '.gitlab-ci.yml';
      // The layers of last week would hide what is new.
      expect(readFileSync(join(directory, file), 'utf8')).toContain('docker build --pull ');
    }
  });
});

describe('the weekly update of the template', () => {
  const PINNED = /npx --yes "create-ml-serving@\$version" regenerate --yes --allow-conflicts --report md/;

  test.each(['github', 'gitlab'])('%s: runs one version, which a file of its own names', async (ci) => {
    const directory = await stamp([`ci=${ci}`]);
    const folder = `.${ci}/template-update`;
    const { dependencies } = JSON.parse(readFileSync(join(directory, folder, 'package.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
    expect(dependencies).toEqual({ 'create-ml-serving': version });
    const file = ci === 'github' ? '.github/workflows/template-update.yml' : '.gitlab-ci.yml';
    const text = readFileSync(join(directory, file), 'utf8');
    expect(text).toMatch(PINNED);
    expect(text).toContain(`require("./${folder}/package.json")`);
    for (const name of readdirSync(join(directory, ci === 'github' ? '.github/workflows' : '.'))) {
      if (!name.endsWith('.yml')) continue;
      const pipeline = readFileSync(join(directory, ci === 'github' ? '.github/workflows' : '.', name), 'utf8');
      expect(pipeline).not.toMatch(/@latest/);
    }
  });

  test('GitHub: what comes from npm runs without a right to write, and the job that may write runs nothing of it', async () => {
    const file = join(await stamp(['ci=github']), '.github', 'workflows', 'template-update.yml');
    const { jobs } = parse(readFileSync(file, 'utf8')) as {
      jobs: Record<string, { permissions?: Record<string, string>; steps: (Step & { env?: object })[] }>;
    };
    const foreign = /\b(npx|npm|node)\b/;
    for (const { permissions = {}, steps } of Object.values(jobs)) {
      const runs = steps.map(({ run = '' }) => run).join('\n');
      const writes = Object.values(permissions).includes('write');
      expect(foreign.test(runs)).toBe(!writes);
      if (!writes) expect(JSON.stringify(steps)).not.toMatch(/secrets\.|github\.token/i);
    }
    expect(Object.values(jobs).map(({ permissions }) => permissions)).toEqual([
      undefined,
      { contents: 'write', 'pull-requests': 'write' },
    ]);
  });

  test('GitLab: the token is for the job alone that pushes, which runs nothing from npm', async () => {
    const jobs = parse(readFileSync(join(await stamp(['ci=gitlab']), '.gitlab-ci.yml'), 'utf8')) as Record<
      string,
      { script?: string[]; environment?: { name: string }; needs?: string[] }
    >;
    const withToken = Object.entries(jobs).filter(([, job]) =>
      JSON.stringify(job?.script ?? []).includes('TEMPLATE_TOKEN'),
    );
    expect(withToken.map(([name]) => name)).toEqual(['template-update']);
    const job = jobs['template-update'];
    // The variable has this environment as its scope: GitLab gives it to no other job.
    expect(job?.environment).toEqual({ name: 'template-update', action: 'access' });
    expect(job?.needs).toEqual(['template-generate']);
    expect(job?.script?.join('\n')).not.toMatch(/\b(npx|npm|node)\b/);
    expect(jobs['template-generate']?.script?.join('\n')).toMatch(PINNED);
    expect(jobs['template-generate']?.environment).toBeUndefined();
  });
});

test('a gate that comes too late is seen', async () => {
  const directory = await stampAnew(['ci=github'], folder);
  const path = join(directory, '.github', 'workflows', 'release.yml');
  const workflow = parse(readFileSync(path, 'utf8')) as { jobs: { publish: { steps: object[] } } };
  workflow.jobs.publish.steps.unshift(...workflow.jobs.publish.steps.splice(-1));
  writeFileSync(path, stringify(workflow));
  expect(githubPipeline(directory, 'release.yml').before('scan', 'tag')).toBe(false);
});

test('images of GitLab’s jobs are of a version; only the release line of Node.js moves', async () => {
  const text = readFileSync(join(await stamp(['ci=gitlab', 'platforms=amd64,arm64']), '.gitlab-ci.yml'), 'utf8');
  const images = [...text.matchAll(/(?:image: |name: |^ {4}- |rm )((?:[\w.-]+\/)*[\w.-]+:[\w.-]+)(?= |$)/gm)].map(
    ([, image]) => image,
  );
  expect(images.length).toBeGreaterThanOrEqual(8);
  for (const image of images)
    expect(image).toMatch(/^node:\d\d-bookworm(-slim)?$|:(v|qemu-v)?\d+\.\d+\.\d+(-[a-z]+)?$/);
});

test('the provenance that GitLab attests is what SLSA asks for', async () => {
  const job = (
    parse(readFileSync(join(await stamp(['ci=gitlab']), '.gitlab-ci.yml'), 'utf8')) as Record<
      string,
      { script: string[] }
    >
  )['sign'];
  const [, filter] =
    /^jq --null-input '(.*)' >provenance\.json$/s.exec(job?.script.find((line) => line.startsWith('jq ')) ?? '') ?? [];
  const env = {
    ...process.env,
    CI_PROJECT_URL: 'https://gitlab.example.com/ml/my-model',
    CI_COMMIT_REF_NAME: 'main',
    CI_COMMIT_SHA: '0123abc',
    CI_SERVER_URL: 'https://gitlab.example.com',
    CI_RUNNER_ID: '7',
    CI_JOB_URL: 'https://gitlab.example.com/ml/my-model/-/jobs/9',
    CI_PIPELINE_CREATED_AT: '2026-01-01T00:00:00Z',
  };
  const { stdout } = await must('jq', ['--null-input', filter as string], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    buildDefinition: {
      buildType: expect.stringMatching(/^https:/),
      externalParameters: { repository: env.CI_PROJECT_URL, ref: 'main' },
      resolvedDependencies: [{ uri: `git+${env.CI_PROJECT_URL}`, digest: { gitCommit: '0123abc' } }],
    },
    runDetails: {
      builder: { id: 'https://gitlab.example.com/-/runners/7' },
      metadata: { invocationId: env.CI_JOB_URL },
    },
  });
});

test.each([
  ['ghcr.io/ml-team', 'ghcr.io', 'ghcr.io/ml-team/my-model'],
  ['localhost:5000/a/b', 'localhost:5000', 'localhost:5000/a/b/my-model'],
  ['ml-team', 'docker.io', 'docker.io/ml-team/my-model'],
])('the registry %s: log in at %s, push %s', async (registry, host, image) => {
  const github = await stamp(['ci=github', `registry=${registry}`]);
  const gitlab = await stamp(['ci=gitlab', `registry=${registry}`]);
  for (const path of [join(github, '.github', 'workflows', 'release.yml'), join(gitlab, '.gitlab-ci.yml')]) {
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(`docker login "${host}" `);
    expect(text).toContain(`IMAGE: ${image}\n`);
  }
});
