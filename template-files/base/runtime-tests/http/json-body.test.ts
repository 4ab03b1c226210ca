import { serving } from '../helpers/serving.ts';
import { countSteps, type StepCounter } from '../helpers/steps.ts';

/* What each input is given is what the client wrote, whatever the other inputs of the model are, in work that grows as the body does. */

let steps: StepCounter;
let parse: (text: string | Buffer) => unknown;
let plain: (text: string | Buffer) => unknown;

beforeAll(async () => {
  steps = countSteps();
  const { createJsonParser } = await import('../../runtime/http/exact-json.ts');
  const { inputs } = serving();
  const wide = createJsonParser({ inputs: [...inputs, { name: 'n', datatype: 'INT64', shape: [-1, 1] }] });
  const narrow = createJsonParser({ inputs });
  parse = (text) => wide(Buffer.from(text));
  plain = (text) => narrow(Buffer.from(text));
});
afterAll(() => steps.stop());

test('integers that a double would change are bigints, and everything else is as JSON.parse has it', () => {
  expect(parse('[9007199254740993, -9223372036854775808, 18446744073709551615]')).toEqual([
    9007199254740993n,
    -9223372036854775808n,
    18446744073709551615n,
  ]);
  const others = [
    '[9007199254740991, -9007199254740991, 1234567890123456, 1e400, -0, 9007199254740993.5, 9007199254740993e0]',
    '["9007199254740993", "a\\"9007199254740993", "\\\\", {"9007199254740993": "\\u0041"}]',
    `[${'9'.repeat(400)}, -${'1'.repeat(22)}, 0.12345678901234567]`,
    ' { "a" : [ ] , "b" : { } , "c" : [ [ true , null ] , false ] , "d":1234567890123456 } \n',
    '{"__proto__": {"x": 1234567890123456}, "a": 1, "a": [1234567890123456], "": ""}',
    '1234567890123456',
  ];
  for (const text of others) expect([text, parse(text)]).toEqual([text, JSON.parse(text)]);
  expect(Object.keys(parse('{"__proto__": 9007199254740993}') as object)).toEqual(['__proto__']);
});

test('models without 64-bit integers read them as doubles, as ever', () => {
  expect(plain('[9007199254740993]')).toEqual([9007199254740992]);
});

test('lists within lists have no depth at which another number is read', () => {
  const depth = 100_000;
  let value = parse(`${'['.repeat(depth)}9007199254740993${']'.repeat(depth)}`);
  while (Array.isArray(value)) [value] = value;
  expect(value).toBe(9007199254740993n);
});

/** Bodies of a length that are the worst for a scanner of some kind; each has 16 digits in a row, so that none is let off. */
const HOSTILE: Readonly<Record<string, (length: number) => string>> = {
  'an unclosed quote and escaped ones': (length) => `1234567890123456${'"'}${'\\"'.repeat(length / 2)}`,
  'escaped quotes in a string': (length) => `[1234567890123456,"${'\\"'.repeat(length / 2)}"]`,
  'backslashes in a string': (length) => `[1234567890123456,"${'\\\\'.repeat(length / 2)}"]`,
  'an unclosed quote and backslashes': (length) => `[1234567890123456,"${'\\'.repeat(length)}`,
  'unclosed quotes': (length) => `[1234567890123456${',"'.repeat(length / 2)}`,
  digits: (length) => `[${'1'.repeat(length)}]`,
  'digits and no end': (length) => `[${'1'.repeat(length)}x`,
  'long integers': (length) =>
    `[${Array(Math.floor(length / 17))
      .fill('9007199254740993')
      .join(',')}]`,
  'a minus before each': (length) => `[1234567890123456,${'-'.repeat(length)}]`,
  spaces: (length) => `[1234567890123456${' '.repeat(length)}]`,
  'open lists': (length) => `[1234567890123456,${'['.repeat(length)}`,
  'nested lists': (length) => `[1234567890123456,${'['.repeat(length / 2)}${']'.repeat(length / 2)}]`,
  names: (length) => `{"a":1234567890123456${',"b":1'.repeat(length / 6)}}`,
};

test.each(Object.entries(HOSTILE))('%s: four times the body is four times the work at most', (_, make) => {
  const read = (text: string) => () => {
    try {
      parse(text);
    } catch {
      // What is no JSON is refused, which is to cost no more.
    }
  };
  const [small, large] = [make(20_000), make(80_000)].map((text) => steps.during(read(text))) as [number, number];
  expect(large).toBeLessThan(5 * small + 1000);
  expect(large).toBeLessThan(10 * 80_000);
});

test('a byte order mark before JSON is no part of it', () => {
  const marked = (text: string) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
  expect([parse(marked('[9007199254740993]')), plain(marked('{"a":1}'))]).toEqual([[9007199254740993n], { a: 1 }]);
  expect(() => plain(marked('\ufeff1'))).toThrow(/not JSON/);
});

test.each([
  ['{"a":x}', 'Unexpected token \'x\' near {"a":x}'],
  ['""abc""', 'Unexpected non-whitespace character after JSON at position 2'],
  ['abc', "Unexpected token 'a' near abc"],
])('what is wrong with %s quotes it once', (text, problem) => {
  const message = expect.stringContaining(`the body is not JSON: ${problem}`);
  expect(() => plain(text)).toThrow(expect.objectContaining({ code: 'INVALID_JSON', message }));
});
