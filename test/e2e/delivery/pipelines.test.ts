import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { stamp } from './support/stamp.ts';

/* What no schema asks of a pipeline, and a platform engineer does. */

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

test('GitHub and GitLab ask the same of a change', async () => {
  const all = await workflows();
  const github = [...all.values()].map(({ text }) => text).join('\n');
  const gitlab = readFileSync(join(await stamp(['ci=gitlab']), '.gitlab-ci.yml'), 'utf8');
  const gates = [
    'npm ci',
    'npm run lint',
    'npm run typecheck',
    'npm test',
    'npm run check',
    'npm run rules -- --check',
    'scripts/monitoring.sh prometheus',
    'scripts/monitoring.sh alertmanager',
    'docker build --tag',
    'sh scripts/smoke.sh',
    'hadolint',
    'HIGH,CRITICAL',
    'cyclonedx',
    'cosign sign --yes',
    'cosign attest --yes --type cyclonedx',
    'push-by-digest=true',
    'imagetools create',
    'sh scripts/deploy.sh',
    'regenerate --yes --allow-conflicts --report md',
  ];
  for (const gate of gates) {
    expect(github).toContain(gate);
    expect(gitlab).toContain(gate);
  }
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
