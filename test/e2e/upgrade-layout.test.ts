import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { commit, read } from '../upgrade/harness.ts';
import { planned, unpacked } from '../upgrade/released.ts';
import { editAsTeamsDo, hasGuards } from '../upgrade/team-edits.ts';
import { readGolden } from './support/golden.ts';
import { must } from './support/run.ts';
import { type Serving, serve } from './support/serve.ts';
import { dependenciesOf } from './support/stamp-out.ts';

/* Repositories before 0.10.0, edited as teams do and upgraded, are as green as a new one, and serve and guard as before. */

describe.each(['0.9.0', '0.5.0'])('a repository of %s', (release) => {
  let root: string;
  const npm = (...args: string[]) => must('npm', args, { cwd: root });
  beforeAll(async () => {
    root = unpacked(release);
    editAsTeamsDo(root, release);
    commit(root, 'ours');
    const upgrade = planned(root);
    expect(upgrade.conflicts).toBeNull();
    await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
    symlinkSync(await dependenciesOf(root), join(root, 'node_modules'), 'junction');
  }, 600_000);

  test('is linted, compiled and tested, its own tests among them', async () => {
    await npm('run', 'lint');
    await npm('run', 'typecheck');
    const { stderr } = await npm('test');
    expect(stderr).toContain('PASS test/ours.test.ts');
    expect(stderr).toContain('PASS test/model.test.ts');
  }, 600_000);

  describe('serves', () => {
    let serving: Serving;
    beforeAll(async () => {
      await npm('run', 'build');
      serving = await serve(root, { TEAM_TOKEN: 'right' });
    }, 600_000);
    afterAll(() => serving.stop());
    const token: Record<string, string> = hasGuards(release) ? { 'x-team-token': 'right' } : {};
    const get = (path: string, headers: Record<string, string> = {}) => fetch(serving.url + path, { headers });

    test('the route of the team', async () => {
      const response = await get('/ours/price/four', token);
      expect([response.status, await response.json()]).toEqual([200, { price: 4 }]);
    });

    test.each(['/metadata', '/labels', '/metrics', '/predict/test', '/v2', '/v2/models/my-model', '/openapi.json'])(
      'guarded as before: GET %s',
      async (path) => {
        expect((await get(path, token)).status).toBe(200);
        expect((await get(path)).status).toBe(hasGuards(release) ? 401 : 200);
        expect((await get('/health')).status).toBe(200);
      },
    );

    test('predictions, for clients with the token alone, each in one line of the log', async () => {
      const [sample] = readGolden(root).samples;
      const send = (headers: Record<string, string>) =>
        fetch(`${serving.url}/predict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-request-id': `ours-${release}`, ...headers },
          body: JSON.stringify({ instances: [sample?.instance] }),
        });
      if (hasGuards(release)) expect((await send({ 'x-request-id': 'refused' })).status).toBe(401);
      const response = await send(token);
      expect(response.status).toBe(200);
      expect(Object.keys(((await response.json()) as { predictions: object[] }).predictions[0] ?? {})).toEqual(
        Object.keys(sample?.prediction as object),
      );
      await serving.stop();
      // What it has written last may come after its end.
      while (!serving.log().includes('"msg":"stopped"')) await new Promise((resolve) => setTimeout(resolve, 20));
      const lines = serving
        .log()
        .split('\n')
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
      // The prediction log that its serving.yaml asks for has the place of the request's line.
      const own = lines.filter(({ id }) => id === `ours-${release}`);
      expect(own).toMatchObject([{ msg: 'prediction', route: '/predict', status: 200, inputs: [sample?.instance] }]);
    });
  });
});

test('a repository of 0.9.0 whose guards cannot be brought over does not compile, and so is not served open', async () => {
  const root = unpacked('0.9.0');
  const server = read(root, 'src/server.ts');
  writeFileSync(
    join(root, 'src/server.ts'),
    server.replace('{ guards, stopSignal }', '{ guards: [deny], stopSignal }'),
  );
  commit(root, 'ours');
  const upgrade = planned(root);
  expect(upgrade.conflicts?.conflicts).toMatchObject([{ path: 'src/server.ts' }]);
  await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
  symlinkSync(await dependenciesOf(root), join(root, 'node_modules'), 'junction');
  await expect(must('npm', ['run', 'build'], { cwd: root })).rejects.toThrow(/src\/server\.ts/);
}, 600_000);
