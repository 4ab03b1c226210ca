import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Scalars, free axes of every kind, several inputs and outputs: taken in with one command, through both interfaces. */

const folder = temporaryFolder();
const model = (name: string) => join(repositoryRoot, 'test', 'models', 'protocol', `${name}.onnx`);

async function serving(name: string): Promise<Serving> {
  const directory = join(folder, name);
  await stampOut(directory, [], ['--model', model(name)]);
  await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  await must('npm', ['run', 'check'], { cwd: directory });
  return serve(directory);
}

const predict = async ({ url }: Serving, instances: unknown) => {
  const { status, body } = await post(`${url}/predict`, { instances });
  return {
    status,
    predictions: (body as { predictions?: unknown }).predictions,
    error: (body as { error?: string }).error,
  };
};
const infer = ({ url }: Serving, name: string, inputs: object[]) => post(`${url}/v2/models/${name}/infer`, { inputs });

describe('a scalar and a vector of any length: no axis is a batch', () => {
  let served: Serving;
  beforeAll(async () => {
    served = await serving('shapes');
  }, 300_000);
  afterAll(() => served?.stop());

  test('POST /predict: an instance is the whole tensors', async () => {
    const instances = [
      { factor: 2, vector: [1, 2, 3] },
      { factor: -1, vector: [5] },
    ];
    expect(await predict(served, instances)).toMatchObject({
      status: 200,
      predictions: [
        { scaled: [2, 4, 6], length: 3 },
        { scaled: [-5], length: 1 },
      ],
    });
  });

  test.each([
    [{ factor: [2], vector: [1] }, 'instances[0].factor: expected a number'],
    [{ factor: 2, vector: [] }, 'instances[0].vector: expected at least one value'],
    [{ factor: 2, vector: [[1]] }, 'instances[0].vector'],
    [{ factor: 2 }, 'instances[0].vector: expected the input "vector", found nothing'],
    [{ factor: 2, vector: [1], other: 1 }, 'expected only factor, vector'],
  ])('%j is refused by name', async (instance, message) => {
    expect(await predict(served, [instance])).toMatchObject({ status: 400, error: expect.stringContaining(message) });
  });

  test('the Open Inference Protocol: a scalar has the shape []', async () => {
    const inputs = [
      { name: 'factor', datatype: 'FP32', shape: [], data: [3] },
      { name: 'vector', datatype: 'FP32', shape: [2], data: [1, 2] },
    ];
    expect(await infer(served, 'shapes', inputs)).toMatchObject({
      status: 200,
      body: {
        outputs: [
          { name: 'scaled', shape: [2], data: [3, 6] },
          { name: 'length', shape: [], data: [2] },
        ],
      },
    });
  });
});

describe('rows of any length, texts and 64-bit integers', () => {
  let served: Serving;
  beforeAll(async () => {
    served = await serving('sequences');
  }, 300_000);
  afterAll(() => served?.stop());

  test('POST /predict: rows of different lengths in one request, each with its own answer', async () => {
    const instances = [
      { numbers: [1, 2, 3], ids: ['9007199254740993', 0], name: 'a' },
      { numbers: [5], ids: [1, 2, 3], name: 'ü\n' },
      { numbers: [2, 4], ids: [7, 7], name: '' },
    ];
    expect(await predict(served, instances)).toMatchObject({
      status: 200,
      predictions: [
        { mean: 2, first: '9007199254740993', echo: 'a' },
        { mean: 5, first: 1, echo: 'ü\n' },
        { mean: 3, first: 7, echo: '' },
      ],
    });
  });

  test('the Open Inference Protocol, with a long integer to its last digit', async () => {
    const body = `{"inputs":[{"name":"numbers","datatype":"FP32","shape":[1,2],"data":[1,3]},
      {"name":"ids","datatype":"INT64","shape":[1,1],"data":[9007199254740993]},
      {"name":"name","datatype":"BYTES","shape":[1],"data":["x"]}]}`;
    const response = await fetch(`${served.url}/v2/models/sequences/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.stringContaining('"data":[9007199254740993]')]);
  });

  test('no rows at all are refused by name, through both', async () => {
    expect(await predict(served, [])).toMatchObject({ status: 400, error: expect.stringContaining('at least one') });
    const inputs = [
      { name: 'numbers', datatype: 'FP32', shape: [0, 2], data: [] },
      { name: 'ids', datatype: 'INT64', shape: [0, 1], data: [] },
      { name: 'name', datatype: 'BYTES', shape: [0], data: [] },
    ];
    const { status, body } = await infer(served, 'sequences', inputs);
    expect([status, (body as { error: string }).error]).toEqual([400, expect.stringContaining('found [0,2]')]);
  });
});
