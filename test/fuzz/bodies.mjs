import { anyText, goodText, grownText, valueText } from './values.mjs';

/** Bodies for a model, by what its /metadata says of it. */

const MAX_FREE = 5;
/** A picture of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** Half of the requests hold what the model takes, and are refused by nothing but their form. */
function valuesOf(random) {
  const make = random.chance(0.5) ? goodText : valueText;
  return (datatype) => make(random, datatype);
}

/** The sizes of an input's axes, with the free ones chosen. */
function dimsOf(random, { shape }, rows) {
  return shape.map((size, axis) => (size !== -1 ? size : axis === 0 ? rows : 1 + random.below(MAX_FREE)));
}

const product = (dims) => dims.reduce((all, size) => all * size, 1);

function nested(dims, next) {
  if (dims.length === 0) return next();
  const [length, ...rest] = dims;
  return `[${Array.from({ length }, () => nested(rest, next)).join(',')}]`;
}

/** An instance of POST /predict. @param value makes the text of a value */
function instanceText(random, { type, inputs }, value) {
  if (type === 'text-classification') return random.chance(0.5) ? value('BYTES') : `{"text":${value('BYTES')}}`;
  if (type === 'image-classification') {
    const image = random.chance(0.6) ? `"${PNG}"` : value('BYTES');
    return random.chance(0.5) ? image : `{"image":${image}}`;
  }
  const isTable = type.startsWith('tabular-');
  const columns = inputs.flatMap((input) =>
    isTable && input.features
      ? input.features.map(({ name }) => ({ name, text: value(input.datatype) }))
      : [{ name: input.name, text: nested(rowDims(random, input, inputs), () => value(input.datatype)) }],
  );
  if (isTable && random.chance(0.5)) return `[${columns.map(({ text }) => text).join(',')}]`;
  return `{${columns.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function rowDims(random, input, inputs) {
  const batched = inputs.every(({ shape }) => shape[0] === -1);
  const dims = dimsOf(random, input, 1);
  return batched ? dims.slice(1) : dims;
}

export function predictBody(random, model) {
  const value = valuesOf(random);
  const list = Array.from({ length: 1 + random.size(12) }, () =>
    random.chance(0.9) ? instanceText(random, model, value) : anyText(random),
  );
  return `{"instances":[${list.join(random.pick([',', ' , ']))}]}`;
}

export function goodPredictBody(random, model) {
  return `{"instances":[${instanceText(random, model, (datatype) => (datatype === 'BYTES' && model.type === 'image-classification' ? `"${PNG}"` : goodText(random, datatype)))}]}`;
}

/** Protocol requests in JSON, or JSON with bytes behind it. */
export function inferBody(random, { inputs, outputs }) {
  const rows = 1 + random.size(6);
  const value = valuesOf(random);
  const binary = [];
  const tensors = inputs.map((input) => {
    const dims = dimsOf(random, input, rows);
    const shape = random.chance(0.95) ? dims : random.pick([[], [0], [-1, 4], [2 ** 53, 4], [1e308], [3, 3, 3]]);
    const datatype = random.chance(0.97) ? input.datatype : random.pick(['FP32', 'BYTES', 'X', '']);
    const head = `"name":${JSON.stringify(random.chance(0.97) ? input.name : 'x')},"shape":[${shape.join(',')}],"datatype":"${datatype}"`;
    if (random.chance(0.25)) {
      const bytes = random.bytes(
        Math.min(4096, random.chance(0.8) ? product(dims) * widthOf(input.datatype) : random.size(200)),
      );
      binary.push(bytes);
      return `{${head},"parameters":{"binary_data_size":${random.chance(0.95) ? bytes.length : anyText(random, 1)}}}`;
    }
    const values = () => value(input.datatype);
    const data = random.chance(0.5)
      ? nested(dims, values)
      : `[${Array.from({ length: Math.min(4096, product(dims)) }, values).join(',')}]`;
    return `{${head},"data":${random.chance(0.97) ? data : anyText(random)}}`;
  });
  if (random.chance(0.1)) tensors.push(random.chance(0.5) ? (tensors[0] ?? '{}') : anyText(random));
  const asked = random.chance(0.5)
    ? []
    : outputs.map(
        ({ name }) =>
          `{"name":"${name}"${random.chance(0.4) ? `,"parameters":{"binary_data":${random.pick(['true', 'false', '1'])}}` : ''}}`,
      );
  const more = [
    ...(asked.length > 0 ? [`"outputs":[${asked.join(',')}]`] : []),
    ...(random.chance(0.2)
      ? [`"id":${random.pick(['"a"', '"ü"', '9007199254740993', '""', `"${'i'.repeat(2000)}"`])}`]
      : []),
    ...(random.chance(0.2)
      ? [
          `"parameters":{"${random.pick(['timeout', 'binary_data_output', 'sequence_id', 'x'])}":${random.pick(['1000000', '1234567890123456', '9007199254740993', '"1"', 'true', '-1', '0'])}}`,
        ]
      : []),
  ];
  const json = Buffer.from(`{"inputs":[${tensors.join(',')}]${more.map((text) => `,${text}`).join('')}}`);
  return { json, binary: Buffer.concat(binary) };
}

function widthOf(datatype) {
  return (
    { BOOL: 1, INT8: 1, UINT8: 1, INT16: 2, UINT16: 2, FP16: 2, INT64: 8, UINT64: 8, FP64: 8, BYTES: 5 }[datatype] ?? 4
  );
}

export function feedbackBody(random) {
  const id = random.pick(['"a"', '""', '9007199254740993', `"${'\\"'.repeat(500)}"`, 'null']);
  return `{"id":${id},"label":${anyText(random, 1)},"instance":${random.pick(['0', '-1', '1e9', '1234567890123456'])}}`;
}

/** A good text cut, doubled or changed anywhere. */
export function mutated(random, bytes) {
  let text = bytes.toString('latin1');
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(text.length + 1);
    const end = at + random.size(20);
    const insert = random.pick([
      '',
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '9',
      '\\',
      '\0',
      '\xff',
      '1234567890123456',
      text.slice(at, end),
    ]);
    text = text.slice(0, at) + insert + text.slice(random.chance(0.5) ? at : end);
  }
  return Buffer.from(text, 'latin1');
}

/** @returns a body of about a length, and the length */
export function grownBody(random, max) {
  return Buffer.from(grownText(random)(random.size(max)));
}
