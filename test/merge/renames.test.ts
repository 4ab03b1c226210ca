import { parse } from 'yaml';
import { mergeContents } from '../../generators/merge/contents.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

function merge(base: string, yours: string, theirs: string, path = 'deploy/base/deployment.yaml') {
  const sides = { base: Buffer.from(base), yours: Buffer.from(yours), theirs: Buffer.from(theirs) };
  const { bytes, conflict, notes } = mergeContents(path, sides, labels);
  const text = Buffer.from(bytes).toString('utf8');
  return { text, value: parse(text), conflict, notes };
}

const containers = `spec:
  containers:
    - name: server
      image: ghcr.io/ml-team/iris:1.0.0
      ports:
        - containerPort: 8080
      readinessProbe:
        httpGet: { path: /v2/health/ready, port: 8080 }
      resources:
        limits: { memory: 512Mi }
  serviceAccountName: iris
`;

describe('a list element that one side renames and the other changes', () => {
  it('is one element with both changes, where the template renames a container that the person edited', () => {
    const yours = containers.replace('512Mi', '2Gi');
    const theirs = containers.replace('name: server', 'name: serving');
    const { value, conflict } = merge(containers, yours, theirs);
    expect(conflict).toBeNull();
    expect(value.spec.containers).toHaveLength(1);
    expect(value.spec.containers[0]).toMatchObject({ name: 'serving', resources: { limits: { memory: '2Gi' } } });
  });

  it('gets the fix of its body, where the person has renamed it', () => {
    const yours = containers.replace('name: server', 'name: ours').replace('512Mi', '2Gi');
    const theirs = containers.replace('/v2/health/ready', '/v2/health/ready?deep=1');
    const { value, conflict } = merge(containers, yours, theirs);
    expect(conflict).toBeNull();
    expect(value.spec.containers).toHaveLength(1);
    expect(value.spec.containers[0]).toMatchObject({
      name: 'ours',
      readinessProbe: { httpGet: { path: '/v2/health/ready?deep=1' } },
      resources: { limits: { memory: '2Gi' } },
    });
  });

  it('is one conflict at the name, where both rename it; the body is merged', () => {
    const yours = containers.replace('name: server', 'name: ours');
    const theirs = containers.replace('name: server', 'name: serving').replace('512Mi', '1Gi');
    const { value, conflict } = merge(containers, yours, theirs);
    expect(conflict?.keys).toEqual([
      { key: 'spec.containers[0].name', theirs: '"serving"', text: 'name: serving', why: 'both-changed' },
    ]);
    expect(value.spec.containers).toHaveLength(1);
    expect(value.spec.containers[0]).toMatchObject({ name: 'ours', resources: { limits: { memory: '1Gi' } } });
  });

  const steps = 'steps:\n  - name: Build\n    run: make build\n  - name: Deploy\n    run: ./deploy.sh\n';

  it('is a conflict that names it, where the content does not show that it is the same', () => {
    const yours = steps.replace('./deploy.sh', './deploy.sh --ours');
    const theirs = steps.replace('name: Deploy\n    run: ./deploy.sh', 'name: Roll out\n    run: ./rollout.sh --wait');
    const { text, conflict } = merge(steps, yours, theirs, 'ci.yml');
    expect(text).toBe(yours);
    expect(conflict?.keys).toEqual([
      expect.objectContaining({
        key: 'steps[1]',
        why: 'renamed',
        text: '- name: Roll out\n  run: ./rollout.sh --wait',
      }),
    ]);
  });

  it('is a conflict that shows the fix, where the person has replaced it by something else', () => {
    const yours = steps.replace('name: Deploy\n    run: ./deploy.sh', 'name: Ours\n    run: helm upgrade');
    const theirs = steps.replace('./deploy.sh', './deploy.sh --wait');
    const { text, conflict } = merge(steps, yours, theirs, 'ci.yml');
    expect(text).toBe(yours);
    expect(conflict?.keys).toEqual([
      expect.objectContaining({ key: 'steps[1]', why: 'renamed', text: '- name: Deploy\n  run: ./deploy.sh --wait' }),
    ]);
  });

  it('is no conflict, where the template only removes it, or the person only does', () => {
    const others = steps.replace('  - name: Deploy\n    run: ./deploy.sh\n', '');
    const kept = merge(steps, steps.replace('./deploy.sh', './ours.sh'), others, 'ci.yml');
    expect(kept).toMatchObject({ conflict: null, notes: [expect.stringContaining('kept because it was edited')] });
    const removed = merge(steps, others, steps.replace('./deploy.sh', './deploy.sh --wait'), 'ci.yml');
    expect(removed).toMatchObject({ text: others, conflict: null, notes: [expect.stringContaining('stays removed')] });
  });

  it('does not take settings that are alike by chance for one', () => {
    const env = "env:\n  - name: CACHE\n    value: 'true'\n  - name: LEVEL\n    value: info\n";
    const yours = env.replace("'true'", "'false'");
    const theirs = env.replace('name: CACHE', 'name: TELEMETRY');
    const { text, conflict } = merge(env, yours, theirs);
    expect(text).toBe(yours);
    expect(conflict?.keys).toEqual([expect.objectContaining({ key: 'env[0]', why: 'renamed' })]);
  });

  it('is a conflict, where steps that are alike make it unsure which one both have replaced', () => {
    const base = 'steps:\n  - run: npm test\n  - run: npm test\n  - run: ./deploy.sh\n';
    const yours = base.replace('npm test', 'npm run ours');
    const { text, conflict } = merge(base, yours, base.replace('npm test', 'npm run theirs'), 'ci.yml');
    expect(text).toBe(yours);
    expect(conflict?.keys).toEqual([expect.objectContaining({ key: 'steps' })]);
  });

  it('keeps deleted what the person deleted, under its new name too', () => {
    const yours = containers.replace(/ {4}- name: server[\s\S]*512Mi \}\n/, '    - name: ours\n      image: ours:1\n');
    const theirs = containers.replace('name: server', 'name: serving');
    const { value, conflict } = merge(containers, yours, theirs);
    expect(value.spec.containers).toEqual([{ name: 'ours', image: 'ours:1' }]);
    // Whether `ours` is the old one is not for a program to say.
    expect(conflict?.keys).toEqual([expect.objectContaining({ key: 'spec.containers[0]', why: 'renamed' })]);
    const gone = merge(containers, 'spec:\n  containers: []\n', theirs);
    expect(gone.value.spec.containers).toEqual([]);
  });
});

describe('a key that one side renames and the other changes', () => {
  const compose = `services:
  serving:
    build: .
    image: ghcr.io/ml-team/iris:local
    ports: ['8080:8080']
    environment:
      LOG_LEVEL: info
  prometheus:
    image: prom/prometheus:v3.5.0
`;

  it('is one service with both changes', () => {
    const yours = compose.replace('LOG_LEVEL: info', 'LOG_LEVEL: debug');
    const merged = merge(compose, yours, compose.replace('  serving:', '  model:'), 'compose.yaml');
    expect(merged.conflict).toBeNull();
    expect(merged.text).toBe(yours.replace('  serving:', '  model:'));
    const own = compose.replace('  serving:', '  model:');
    const mirror = merge(compose, own, compose.replace('LOG_LEVEL: info', 'LOG_LEVEL: warn'), 'compose.yaml');
    expect(mirror.conflict).toBeNull();
    expect(mirror.text).toBe(own.replace('LOG_LEVEL: info', 'LOG_LEVEL: warn'));
  });

  it('is a conflict at the name, where both rename it', () => {
    const merged = merge(
      compose,
      compose.replace('  serving:', '  ours:'),
      compose.replace('  serving:', '  model:').replace('info', 'warn'),
      'compose.yaml',
    );
    expect(merged.conflict?.keys).toEqual([expect.objectContaining({ key: 'services.ours', theirs: '"model"' })]);
    expect(Object.keys(merged.value.services)).toEqual(['ours', 'prometheus']);
    expect(merged.value.services.ours.environment.LOG_LEVEL).toBe('warn');
  });

  it('is a conflict, where a setting that the person has tuned gets another name', () => {
    const limits = 'limits:\n  maxQueue: 256\n  timeoutMs: 1000\n';
    const yours = limits.replace('256', '64');
    const { text, conflict } = merge(limits, yours, limits.replace('maxQueue', 'queueLimit'), 'serving.yaml');
    expect(text).toBe(yours);
    expect(conflict?.keys).toEqual([
      expect.objectContaining({ key: 'limits.maxQueue', why: 'renamed', text: 'queueLimit: 256' }),
    ]);
  });

  it('is renamed in JSON too', () => {
    const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    const base = json({ scripts: { lint: 'biome check --error-on-warnings .', test: 'jest' } });
    const yours = base.replace('warnings .', 'warnings . ours');
    const { text, conflict } = merge(base, yours, base.replace('"lint"', '"check:lint"'), 'package.json');
    expect(conflict).toBeNull();
    expect(text).toBe(yours.replace('"lint"', '"check:lint"'));
  });

  it('is nothing of the kind between packages of one version', () => {
    const json = (dependencies: unknown) => `${JSON.stringify({ dependencies }, null, 2)}\n`;
    const { text, conflict } = merge(json({ a: '1.2.3' }), json({ a: '1.4.0' }), json({ b: '1.2.3' }), 'package.json');
    expect(conflict).toBeNull();
    expect(JSON.parse(text).dependencies).toEqual({ a: '1.4.0', b: '1.2.3' });
  });
});
