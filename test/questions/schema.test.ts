import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import { questions } from '../../generators/questions/questions.ts';
import { answersSchema } from '../../generators/questions/schema.ts';
import { answersWith } from '../fixtures/template.ts';

const validate = new Ajv2020({ allowUnionTypes: true }).compile(answersSchema());

test('the schema knows every question and no other key', () => {
  expect(validate(answersWith())).toBe(true);
  expect(validate({ nmae: 'x' })).toBe(false);
  expect(Object.keys(answersWith())).toEqual(questions.map((question) => question.name));
});

test.each([
  { ci: 'jenkins' },
  { name: 1 },
  { inputs: [] },
  { inputs: [{ name: 'x', datatype: 'FLOAT', shape: [1] }] },
  { inputs: [{ name: 'x', datatype: 'FP32', shape: [0] }] },
  { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], colour: 'red' }] },
])('the schema and the reader refuse %j alike', (answers) => {
  expect(validate(answers)).toBe(false);
  expect(() => parseAnswersFile(JSON.stringify(answers), 'a.json')).toThrow();
});
