import { Ajv2020 } from 'ajv/dist/2020.js';
import { predictionSchema } from '../../runtime/http/openapi/schemas.ts';
import { createDecoder } from '../../runtime/inference/postprocess/decoder.ts';
import { serving } from '../helpers/serving.ts';

const p = { name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['a', 'b'] } as const;

test.each([
  ['probabilities', {}],
  ['scores', { activation: 'none' }],
  ['softmax', { activation: 'softmax' }],
  ['several labels', { multiLabel: true }],
  ['scores of several labels', { multiLabel: true, activation: 'none' }],
] as const)('the schema of a prediction is that of what is answered, and of nothing else: %s', (_, keys) => {
  const contract = serving({ outputs: [{ ...p, ...keys }] });
  const answer = JSON.parse(createDecoder(contract).write([{ dims: [1, 2], data: Float32Array.of(2, -1) }], 0));
  const validate = new Ajv2020({ strict: false }).compile(predictionSchema(contract));
  expect(validate(answer) ? [] : validate.errors).toEqual([]);
  const field = 'scores' in answer ? 'probabilities' : 'scores';
  expect(validate({ ...answer, [field]: answer.scores ?? answer.probabilities })).toBe(false);
});
