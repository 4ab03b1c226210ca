/** What is served, as data: the models, their contracts, and the requests that are sent to them. */

/** Sizes of the layers, by name: a small table, an image of 28 x 28, and one whose run is what costs. */
export const MODELS = {
  tiny: [4, 16, 3],
  middle: [784, 256, 128, 10],
  big: [1024, 2048, 2048, 100],
};

export const layers = (model) => MODELS[model].join('-');

/** The serving.yaml of a model; with a few columns they have names, as a team would give them. */
export function contractOf(model, sha256, changes = {}) {
  const [width, classes] = [MODELS[model][0], MODELS[model].at(-1)];
  const features = Array.from({ length: width }, (_, i) => ({ name: `column_${i}`, min: -100, max: 100 }));
  return {
    apiVersion: 'ml-serving/v1',
    model: { name: model, version: '1.0.0', type: 'tabular-classification', file: 'model.onnx', sha256 },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, width], ...(width < 100 ? { features } : {}) }],
    outputs: [
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [-1, classes],
        labels: Array.from({ length: classes }, (_, i) => `class_${i}`),
      },
    ],
    ...changes,
  };
}

/** Rows of 32-bit floats between -1 and 1, the same in every run. */
function rowsOf(model, rows) {
  let state = 1;
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1;
  };
  const data = Float32Array.from({ length: rows * MODELS[model][0] }, next);
  return { data, rows, width: MODELS[model][0] };
}

/** A 32-bit float in as few digits as say which one it is: what clients that know of 32-bit floats write. */
function shortest(value) {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** `{"instances": [[...], ...]}`, which every server here takes. */
export function jsonRequest(model, rows = 1) {
  const { data, width } = rowsOf(model, rows);
  const lists = Array.from({ length: rows }, (_, row) => {
    return `[${Array.from(data.subarray(row * width, (row + 1) * width), shortest).join(',')}]`;
  });
  return {
    path: '/predict',
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(`{"instances":[${lists.join(',')}]}`),
  };
}

/** The same rows in the Open Inference Protocol's JSON. */
export function protocolRequest(model, rows) {
  const { data, width } = rowsOf(model, rows);
  const input = `{"name":"x","datatype":"FP32","shape":[${rows},${width}],"data":[${Array.from(data, shortest).join(',')}]}`;
  return {
    path: `/v2/models/${model}/infer`,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(`{"inputs":[${input}]}`),
  };
}

/** The same rows as the protocol's binary tensors, both ways. */
export function binaryRequest(model, rows = 1) {
  const { data, width } = rowsOf(model, rows);
  const head = Buffer.from(
    JSON.stringify({
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [rows, width], parameters: { binary_data_size: data.byteLength } },
      ],
      outputs: [{ name: 'probabilities', parameters: { binary_data: true } }],
    }),
  );
  return {
    path: `/v2/models/${model}/infer`,
    headers: { 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': `${head.length}` },
    body: Buffer.concat([head, Buffer.from(data.buffer)]),
  };
}
