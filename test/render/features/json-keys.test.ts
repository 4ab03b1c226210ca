import { jsonPlace, withoutValues } from '../../../generators/render/features/json-keys.ts';

const SCHEMA = `{
  "required": ["a", "b"],
  "properties": {
    "a": { "type": "string" },
    "feedback": { "$ref": "#/definitions/feedback" },
    "runtime": {
      "properties": { "workers": { "type": "integer" }, "gpu": { "$ref": "#/definitions/shared" } }
    },
    "last": { "$ref": "#/definitions/shared" }
  },
  "definitions": {
    "feedback": { "properties": { "inner": { "$ref": "#/definitions/inner" } } },
    "inner": { "items": { "$ref": "#/definitions/inner" } },
    "shared": { "type": "null" },
    "unused": {}
  }
}
`;

test.each([
  ['feedback', 'schema/serving.schema.json', ['properties', 'feedback']],
  ['runtime.gpu', 'schema/serving.schema.json', ['properties', 'runtime', 'properties', 'gpu']],
  [
    'schema/http.contract.json#/operations/POST ~1feedback',
    'schema/http.contract.json',
    ['operations', 'POST /feedback'],
  ],
])('%s is a place in a file', (entry, file, path) => {
  expect(jsonPlace(entry)).toEqual({ file, path });
});

test('a key is removed with the definitions that only it refers to, through others; the rest keeps its layout', () => {
  const text = withoutValues(SCHEMA, [jsonPlace('feedback').path]);
  expect(text).toBe(`{
  "required": ["a", "b"],
  "properties": {
    "a": { "type": "string" },
    "runtime": {
      "properties": { "workers": { "type": "integer" }, "gpu": { "$ref": "#/definitions/shared" } }
    },
    "last": { "$ref": "#/definitions/shared" }
  },
  "definitions": {
    "shared": { "type": "null" },
    "unused": {}
  }
}
`);
});

test('a definition stays while something refers to it', () => {
  const one = withoutValues(SCHEMA, [jsonPlace('last').path]);
  expect(JSON.parse(one).definitions).toHaveProperty('shared');
  const both = withoutValues(SCHEMA, [jsonPlace('last').path, jsonPlace('runtime.gpu').path]);
  expect(JSON.parse(both).definitions).not.toHaveProperty('shared');
  expect(JSON.parse(both).properties.runtime.properties).toEqual({ workers: { type: 'integer' } });
});

test('what is of use in its own place stays, though only what is removed has referred to it', () => {
  const text = JSON.stringify({ properties: { model: { type: 'string' }, variants: { $ref: '#/properties/model' } } });
  expect(JSON.parse(withoutValues(text, [jsonPlace('variants').path]))).toEqual({
    properties: { model: { type: 'string' } },
  });
});

test('an entry of a list is removed by its index, and what is not there is nothing to remove', () => {
  expect(JSON.parse(withoutValues(SCHEMA, [['required', '1']]))).toMatchObject({ required: ['a'] });
  expect(withoutValues(SCHEMA, [['properties', 'variants']])).toBe(SCHEMA);
});

test('a property that a removed key refers to stays: it is a value of its own', () => {
  const schema = {
    properties: {
      model: { properties: { version: { type: 'string' } } },
      candidate: { $ref: '#/properties/model/properties/version' },
    },
  };
  const left = JSON.parse(withoutValues(JSON.stringify(schema), [jsonPlace('candidate').path]));
  expect(left).toEqual({ properties: { model: schema.properties.model } });
});

test.each<[readonly string[], string]>([
  [['a'], '{"b": 2, "c": {"d": 3, "e": 4}, "f": [5, 6]}'],
  [['f'], '{"a": 1, "b": 2, "c": {"d": 3, "e": 4}}'],
  [['a', 'b'], '{"c": {"d": 3, "e": 4}, "f": [5, 6]}'],
  [['c', 'f'], '{"a": 1, "b": 2}'],
  [['a', 'c'], '{"b": 2, "f": [5, 6]}'],
  [['a', 'c', 'f'], '{"b": 2}'],
  [['a', 'b', 'c', 'f'], '{}'],
  [['c', 'c/d', 'c/e'], '{"a": 1, "b": 2, "f": [5, 6]}'],
  [['c/d', 'f/1'], '{"a": 1, "b": 2, "c": {"e": 4}, "f": [5]}'],
  [['f/0', 'f/1', 'c/d', 'c/e'], '{"a": 1, "b": 2, "c": {}, "f": []}'],
])('without %j', (paths, left) => {
  const text = '{"a": 1, "b": 2, "c": {"d": 3, "e": 4}, "f": [5, 6]}';
  expect(
    withoutValues(
      text,
      paths.map((path) => path.split('/')),
    ),
  ).toBe(left);
});
