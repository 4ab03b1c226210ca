/** JSON texts of values: what an input takes, the edges of it, and what it does not take. Texts, because JavaScript's numbers lose digits. */

const EDGES = {
  INT64: [
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    '9223372036854775808',
    '"9007199254740993"',
  ],
  UINT64: ['18446744073709551615', '18446744073709551616', '-1', '9007199254740993'],
  FP16: ['65504', '65520', '6e-8', '-0', '9007199254740993'],
  FP32: ['3.4028234663852886e38', '3.5e38', '1e-46', '-0', '9007199254740993', '0.1234567890123456789'],
  FP64: ['1.7976931348623157e308', '1e309', '9007199254740993', '1234567890123456', '5e-324'],
  BOOL: ['true', 'false', '1', '0', '2'],
  BYTES: ['""', '"a"', '"\\u0000"', '"\\ud800"', '"ü€😀"', '1234567890123456', '"1234567890123456"'],
};
const SMALL = ['0', '1', '-1', '2', '127', '128', '255', '256', '65535', '65536', '2147483647', '4294967296'];
const OTHER = [
  'null',
  'true',
  '"NaN"',
  '"Infinity"',
  '"x"',
  '[]',
  '{}',
  '[[]]',
  '1e400',
  '1.5',
  '{"__proto__":1}',
  '"__proto__"',
];

/** One value of a datatype: mostly one that it holds. */
export function valueText(random, datatype) {
  if (random.chance(0.7)) return goodText(random, datatype);
  if (random.chance(0.6)) return random.pick(EDGES[datatype] ?? SMALL);
  return random.pick(random.chance(0.5) ? SMALL : OTHER);
}

export function goodText(random, datatype) {
  if (datatype === 'BYTES') return JSON.stringify(random.pick(['setosa', 'where is my parcel?', 'a', 'ü', '']));
  if (datatype === 'BOOL') return random.pick(['true', 'false']);
  if (datatype.startsWith('FP')) return String(Math.round(random.next() * 1e4) / 1e3);
  return String(random.below(2));
}

/** Any JSON at all. */
export function anyText(random, depth = 4) {
  const kind = depth === 0 ? random.below(2) : random.below(4);
  if (kind === 0) return random.pick([...SMALL, ...OTHER]);
  if (kind === 1) return random.pick(Object.values(EDGES).flat());
  if (kind === 2) return `[${random.many(4, () => anyText(random, depth - 1)).join(',')}]`;
  const names = ['instances', 'inputs', 'outputs', 'name', 'data', 'shape', 'id', 'parameters', '__proto__', ''];
  return `{${random.many(4, () => `"${random.pick(names)}":${anyText(random, depth - 1)}`).join(',')}}`;
}

/** Pieces that scanners of different kinds go astray over, to be repeated. */
export const FRAGMENTS = [
  '\\"',
  '\\\\',
  '"',
  '[',
  ']',
  '{"a":',
  '[[1,',
  '1',
  '-',
  '0.',
  '1e',
  ' ',
  '\n',
  ',',
  '9007199254740993,',
  '"a",',
  '\\u00e9',
  '\\ud83d',
  '\ud83d\ude00',
  '\0',
  '\ufeff',
  'a',
  'a b ',
  'gzip;q=0,',
  ';',
  '%',
  '%00',
  '/',
  '../',
  '&a=1',
  '=',
  'A+/=',
  '1,',
  '[],',
  '{},',
  '{"name":"a"},',
  '"__proto__":1,',
];
const BEFORE = [
  '',
  '"',
  '1234567890123456"',
  '{"instances":[',
  '{"instances":[[',
  '{"instances":"',
  '{"inputs":[',
  '[',
  '{"a":"',
  '{"instances":[{"image":"',
];
const BEHIND = ['', '"', ']}', '"]}', ']]}', 'x', '}'];

/** A piece again and again, in between what may keep a scanner going. @returns a function of the length, to grow it */
export function grownText(random) {
  const [before, piece, behind] = [random.pick(BEFORE), random.pick(FRAGMENTS), random.pick(BEHIND)];
  const second = random.chance(0.3) ? random.pick(FRAGMENTS) : '';
  return (length) =>
    before + (piece + second).repeat(Math.max(1, Math.floor(length / (piece + second).length))) + behind;
}

/** JSON that is valid at any length: what is behind the parser is grown as well. @returns a function of the length */
export function grownJson(random, model, instance) {
  const items = [
    '1',
    '[]',
    '{}',
    '"a"',
    '""',
    '9007199254740993',
    '[1,2,3,4]',
    '"\\\\\\""',
    '{"a":1}',
    '[[1],[2]]',
    instance,
  ];
  const item = random.pick(items);
  const list = (length) => new Array(Math.max(1, Math.floor(length / (item.length + 1)))).fill(item).join(',');
  const string = random.pick(['a', '\\"', '\\\\', '\\u00e9', '\ud83d\ude00', '1', 'A+/', ' a', '%00']);
  const text = (length) => string.repeat(Math.max(1, Math.floor(length / string.length)));
  const input = random.pick(model.inputs);
  const head = `"name":${JSON.stringify(input.name)},"datatype":"${input.datatype}"`;
  const rows = (length) => Math.max(1, Math.floor(length / (item.length + 1)));
  return random.pick([
    (length) => `{"instances":[${list(length)}]}`,
    (length) => `{"instances":[[${list(length)}]]}`,
    (length) => `{"instances":[{${JSON.stringify(input.name)}:[${list(length)}]}]}`,
    (length) => `{"instances":[{${JSON.stringify(input.name)}:[[${list(length / 2)}],[${list(length / 2)}]]}]}`,
    (length) => `{"instances":["${text(length)}"]}`,
    (length) => `{"instances":[{"image":"${text(length)}","text":"${text(1)}"}]}`,
    (length) => `{"inputs":[${list(length)}]}`,
    (length) => `{"inputs":[{${head},"shape":[${rows(length)}],"data":[${list(length)}]}]}`,
    (length) => `{"inputs":[{${head},"shape":[${rows(length)},1],"data":[${list(length)}]}]}`,
    (length) => `{"inputs":[{${head},"shape":[${list(length)}],"data":[]}]}`,
    (length) =>
      `{"inputs":[],"outputs":[${new Array(rows(length)).fill(`{"name":"${model.outputs[0]?.name}"}`).join(',')}]}`,
    (length) => `{"instances":[1],"n":{${Array.from({ length: rows(length) }, (_, i) => `"${i}":${item}`).join(',')}}}`,
    (length) => `{"instances":[{${Array.from({ length: rows(length) }, (_, i) => `"${i}":${item}`).join(',')}}]}`,
    (length) => `${'['.repeat(length / 2)}9007199254740993${']'.repeat(length / 2)}`,
    (length) => `{"id":"${text(length)}","label":1}`,
  ]);
}
