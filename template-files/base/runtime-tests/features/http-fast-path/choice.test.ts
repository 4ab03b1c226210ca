import type { Feature } from '../../../runtime/feature.ts';
import { FastPathServer } from '../../../runtime/features/http-fast-path/server.ts';
import { features } from '../../../runtime/features.ts';
import { boot } from '../../helpers/service.ts';

/* Which server reads the requests. */

const without: readonly Feature[] = features.filter(({ name }) => name !== 'http-fast-path');
const bootWith = (reader: string | undefined, chosen: readonly Feature[] = features) =>
  boot({ start: false, features: chosen, env: { HTTP_READER: reader } });

test('with the feature it is the own one, unless HTTP_READER says node', async () => {
  expect((await bootWith(undefined)).server).toBeInstanceOf(FastPathServer);
  expect((await bootWith('own')).server).toBeInstanceOf(FastPathServer);
  expect((await bootWith('node')).server).not.toBeInstanceOf(FastPathServer);
  await expect(bootWith('none')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/environment HTTP_READER: expected one of own, node, found "none"/),
  });
});

test('without the feature Node.js reads everything, and a variable that asks for more is reported', async () => {
  const plain = await bootWith(undefined, without);
  expect(plain.server).not.toBeInstanceOf(FastPathServer);
  expect(plain.logs.filter(({ variable }) => variable)).toEqual([]);

  const asked = await bootWith('own', without);
  expect(asked.server).not.toBeInstanceOf(FastPathServer);
  expect(asked.logs).toContainEqual(
    expect.objectContaining({ level: 40, variable: 'HTTP_READER', feature: 'http-fast-path' }),
  );
});
