import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../../../runtime/config.ts';
import type { InputSpec, ModelType } from '../../../runtime/contract/serving.ts';
import { createPredictionLogMetrics } from '../../../runtime/features/prediction-log/metrics.ts';
import { openPredictionLog } from '../../../runtime/features/prediction-log/open.ts';
import { readInferRequest } from '../../../runtime/http/v2/request.ts';
import { tensorsToLog } from '../../../runtime/http/v2/response.ts';
import { KINDS } from '../../../runtime/inference/datatypes.ts';
import { serving } from '../../helpers/serving.ts';

/* What serving.yaml says is not to be shown is in no line of the log: for each type of model, on each way in, by each name. */

const SECRET = 'my secret';
const SALT = 'a salt of the tests';
const [AGE, INCOME, BONUS] = [7107701, 7107702, 7107703];

interface Case {
  readonly title: string;
  readonly type: ModelType;
  readonly inputs: readonly InputSpec[];
  /** Instances of POST /predict, in each form that this model takes. */
  readonly instances: readonly unknown[];
  /** The same in the protocol's tensors, flat: in the order of the inputs. */
  readonly tensors: readonly { readonly shape: number[]; readonly data: readonly (number | string)[] }[];
  /** What each name covers, and what is still to be seen. */
  readonly names: Readonly<Record<string, { hidden: readonly (number | string)[]; shown?: readonly number[] }>>;
}

const tabular: InputSpec = {
  name: 'x',
  datatype: 'FP32',
  shape: [-1, 2],
  features: [{ name: 'age' }, { name: 'income' }],
};
const tableNames = {
  x: { hidden: [AGE, INCOME] },
  age: { hidden: [AGE], shown: [INCOME] },
  income: { hidden: [INCOME], shown: [AGE] },
};

const CASES: readonly Case[] = [
  {
    title: 'a table',
    type: 'tabular-classification',
    inputs: [tabular],
    instances: [[AGE, INCOME], { age: AGE, income: INCOME }],
    tensors: [{ shape: [1, 2], data: [AGE, INCOME] }],
    names: tableNames,
  },
  {
    title: 'a table of several inputs',
    type: 'tabular-regression',
    inputs: [tabular, { name: 'bonus', datatype: 'FP32', shape: [-1, 1] }],
    instances: [[AGE, INCOME, BONUS], { bonus: BONUS, age: AGE, income: INCOME }],
    tensors: [
      { shape: [1, 2], data: [AGE, INCOME] },
      { shape: [1, 1], data: [BONUS] },
    ],
    names: {
      x: { hidden: [AGE, INCOME], shown: [BONUS] },
      income: { hidden: [INCOME], shown: [AGE, BONUS] },
      bonus: { hidden: [BONUS], shown: [AGE, INCOME] },
    },
  },
  {
    title: 'a tensor',
    type: 'custom',
    inputs: [{ name: 'signal', datatype: 'FP32', shape: [-1, -1, 2] }],
    instances: [[[AGE, INCOME]], { signal: [[AGE, INCOME]] }],
    tensors: [{ shape: [1, 1, 2], data: [AGE, INCOME] }],
    names: { signal: { hidden: [AGE, INCOME] } },
  },
  {
    title: 'a tensor of columns',
    type: 'custom',
    inputs: [tabular],
    instances: [[AGE, INCOME], { x: [AGE, INCOME] }],
    tensors: [{ shape: [1, 2], data: [AGE, INCOME] }],
    names: tableNames,
  },
  {
    title: 'a single number of a column',
    type: 'custom',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1], features: [{ name: 'age' }] }],
    instances: [AGE, [AGE], { x: AGE }, { x: [AGE] }],
    tensors: [{ shape: [1, 1], data: [AGE] }],
    names: { x: { hidden: [AGE] }, age: { hidden: [AGE] } },
  },
  {
    title: 'several tensors, of which one has columns',
    type: 'custom',
    inputs: [tabular, { name: 'signal', datatype: 'FP64', shape: [-1, 3] }],
    instances: [{ x: [AGE, INCOME], signal: [BONUS, 1, 2] }],
    tensors: [
      { shape: [1, 2], data: [AGE, INCOME] },
      { shape: [1, 3], data: [BONUS, 1, 2] },
    ],
    names: {
      x: { hidden: [AGE, INCOME], shown: [BONUS] },
      income: { hidden: [INCOME], shown: [AGE, BONUS] },
      signal: { hidden: [BONUS], shown: [AGE, INCOME] },
    },
  },
  {
    title: 'texts',
    type: 'text-classification',
    inputs: [{ name: 'document', datatype: 'BYTES', shape: [-1] }],
    instances: [SECRET, { text: SECRET }],
    tensors: [{ shape: [1], data: [SECRET] }],
    names: { text: { hidden: [SECRET] }, document: { hidden: [SECRET] } },
  },
  {
    title: 'texts as token ids',
    type: 'text-classification',
    inputs: ['input_ids', 'attention_mask'].map((name) => ({ name, datatype: 'INT64', shape: [-1, -1] })),
    instances: [SECRET, { text: SECRET }],
    tensors: [
      { shape: [1, 2], data: [AGE, INCOME] },
      { shape: [1, 2], data: [1, BONUS] },
    ],
    names: {
      text: { hidden: [SECRET, AGE, INCOME, BONUS] },
      input_ids: { hidden: [SECRET, AGE, INCOME, BONUS] },
      attention_mask: { hidden: [SECRET, AGE, INCOME, BONUS] },
    },
  },
  {
    title: 'pictures',
    type: 'image-classification',
    inputs: [{ name: 'pixels', datatype: 'FP32', shape: [-1, 1, -1, -1] }],
    // In base64, and as the uploaded file.
    instances: [SECRET, { image: SECRET }, Buffer.from(SECRET)],
    tensors: [{ shape: [1, 1, 1, 2], data: [AGE, INCOME] }],
    names: {
      image: { hidden: [SECRET, `${[...Buffer.from(SECRET)].slice(0, 4)}`, AGE, INCOME] },
      pixels: { hidden: [SECRET, `${[...Buffer.from(SECRET)].slice(0, 4)}`, AGE, INCOME] },
    },
  },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prediction-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const contractOf = ({ type, inputs }: Case) => {
  const base = serving();
  return { ...base, inputs, model: { ...base.model, type } };
};

/** The tensors of a case as the log has them, from a body of JSON alone and from one with bytes behind it. */
function throughProtocol(one: Case): (readonly unknown[])[] {
  const contract = contractOf(one);
  const heads = one.inputs.map(({ name, datatype }, i) => ({ name, datatype, shape: one.tensors[i]?.shape }));
  const bytes = one.tensors.map(({ data }, i) => bytesOf((one.inputs[i] as InputSpec).datatype, data));
  const asJson = { inputs: heads.map((head, i) => ({ ...head, data: one.tensors[i]?.data })) };
  const asBytes = {
    inputs: heads.map((head, i) => ({ ...head, parameters: { binary_data_size: bytes[i]?.length } })),
  };
  const parse = (body: Buffer) => JSON.parse(body.toString());
  const json = Buffer.from(JSON.stringify(asJson));
  const head = Buffer.from(JSON.stringify(asBytes));
  return [
    readInferRequest(json, undefined, parse, contract),
    readInferRequest(Buffer.concat([head, ...bytes]), head.length, parse, contract),
  ].map(({ block }) => tensorsToLog(contract, block));
}

function bytesOf(datatype: InputSpec['datatype'], data: readonly (number | string)[]): Buffer {
  if (datatype === 'BYTES') {
    return Buffer.concat(
      data.map((text) => Buffer.concat([Buffer.from([`${text}`.length, 0, 0, 0]), Buffer.from(`${text}`)])),
    );
  }
  const elements = KINDS[datatype].create(data.length) as Float32Array | BigInt64Array;
  data.forEach((element, i) => {
    elements[i] = datatype === 'INT64' ? BigInt(element) : Number(element);
  });
  return Buffer.from(elements.buffer);
}

async function logged(one: Case, redaction: { remove?: string[]; hash?: string[] }, inputs: readonly unknown[]) {
  const contract = contractOf(one);
  const path = join(folder, 'log.jsonl');
  const predictionLog = { ...contract.predictionLog, mode: 'full', to: 'file', path, ...redaction } as const;
  const config = {
    serving: { ...contract, predictionLog },
    folder,
    templateVersion: '1.0.0',
    env: { PREDICTION_LOG_SALT: SALT },
  } as unknown as Config;
  const log = openPredictionLog(config, createPredictionLogMetrics(new Registry()), pino({ level: 'silent' }), false);
  const trace = { preprocess: 0, queue: 0, run: 0, postprocess: 0, inputs, inputsJson: undefined, outputs: undefined };
  const model = { name: 'main', version: '1', sha256: '0' };
  log?.write({
    id: 'one',
    answerId: undefined,
    route: '/',
    status: 200,
    endedAt: 0,
    totalMs: 1,
    model,
    key: undefined,
    trace,
  });
  await log?.close(2000);
  const text = readFileSync(path, 'utf8');
  rmSync(path);
  return text;
}

describe.each(CASES)('$title', (one) => {
  const forms = [...one.instances.map((instance) => [instance]), ...throughProtocol(one)];

  test.each(Object.entries(one.names))('by %s', async (name, { hidden, shown = [] }) => {
    for (const redaction of [{ remove: [name] }, { hash: [name] }]) {
      for (const inputs of forms) {
        const line = await logged(one, redaction, inputs);
        expect(hidden.filter((secret) => line.includes(`${secret}`))).toEqual([]);
        expect(shown.filter((value) => !line.includes(`${value}`))).toEqual([]);
        expect(line).toContain(redaction.remove ? '[redacted]' : '"inputs":');
      }
    }
  });

  test('without a redaction it is shown', async () => {
    const secrets = Object.values(one.names).flatMap(({ hidden }) => hidden);
    for (const inputs of forms) {
      const line = await logged(one, {}, inputs);
      expect(secrets.some((secret) => line.includes(`${secret}`))).toBe(true);
    }
  });
});

describe('the key of the hashes', () => {
  const open = (hash: string[], env: Record<string, string>, mode: 'full' | 'off' = 'full') => {
    const contract = contractOf(CASES[0] as Case);
    const predictionLog = { ...contract.predictionLog, mode, to: 'file', path: 'log.jsonl', hash } as const;
    const config = {
      serving: { ...contract, predictionLog },
      folder,
      env,
      templateVersion: '1.0.0',
    } as unknown as Config;
    const log = openPredictionLog(config, createPredictionLogMetrics(new Registry()), pino({ level: 'silent' }), false);
    return log?.close(2000);
  };

  test('comes from the environment, and is a secret of 16 letters or more', async () => {
    expect(() => open(['age'], {})).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/environment PREDICTION_LOG_SALT: expected a secret of at least 16 .* found 0$/),
      }),
    );
    expect(() => open(['age'], { PREDICTION_LOG_SALT: 'x'.repeat(15) })).toThrow(/found 15$/);
    expect(await open(['age'], { PREDICTION_LOG_SALT: 'x'.repeat(16) })).toBe(true);
  });

  test('is not needed where nothing is hashed, or the log is off', async () => {
    expect(await open([], {})).toBe(true);
    expect(open(['age'], {}, 'off')).toBeUndefined();
  });
});
