import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { connect } from 'node:net';
import { inputError } from '../../runtime/errors.ts';
import { bodyOf, boot as bootService } from '../helpers/service.ts';

/* What a team may have written into src/hooks/ until version 0.9: functions of one instance. */

const context = new AsyncLocalStorage<string>();
const seen: (string | undefined)[] = [];

const hooks = {
  preprocess: (instance: unknown, index: number) => {
    seen.push(context.getStore());
    context.enterWith('of a request');
    if (instance === 'mystery') throw inputError(`instances[${index}]`, 'a flower', instance);
    return instance === 'sample' ? [5.1, 3.5, 1.4, 0.2] : instance;
  },
  postprocess: (prediction: unknown, instance: unknown) => ({
    verdict: (prediction as { label: string }).label,
    about: instance,
  }),
};
const boot = () => bootService({ hooks });

test('hooks change instances and predictions, and may refuse an instance with its place', async () => {
  const service = await boot();
  try {
    const { predictions } = await bodyOf(
      await service.post('/predict', { instances: ['sample', [6.2, 2.9, 4.3, 1.3]] }),
    );
    expect(predictions).toEqual([
      { verdict: 'setosa', about: 'sample' },
      { verdict: 'versicolor', about: [6.2, 2.9, 4.3, 1.3] },
    ]);
    // Golden samples are about the model: a hook behind it does not make them disagree.
    expect(await bodyOf(await fetch(`${service.url}/predict/test`))).toMatchObject({ agrees: true });
    const refused = await service.post('/predict', { instances: ['sample', 'mystery'] });
    expect([refused.status, await bodyOf(refused)]).toEqual([
      400,
      { error: 'instances[1]: expected a flower, found "mystery"', code: 'INVALID_INPUT' },
    ]);
  } finally {
    await service.close();
  }
});

test('what a hook enters as its context ends with the request, also for the next one on the same connection', async () => {
  const service = await boot();
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  try {
    seen.length = 0;
    const body = '{"instances":["sample"]}';
    const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    for (let i = 0; i < 3; i++) {
      socket.write(`${head}\r\n\r\n${body}`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(seen).toEqual([undefined, undefined, undefined]);
  } finally {
    socket.destroy();
    await service.close();
  }
});
