// What the runtime can do at all: runs in a row, without a server. Prints rows a second for each batch size.
//   node raw-loop.mjs <model.onnx> <width> <seconds> <batch size>...
process.env.ORT_DISABLE_TELEMETRY = '1';
const { createRequire } = await import('node:module');
const { InferenceSession, Tensor } = createRequire(`${process.cwd()}/`)('onnxruntime-node');

const [model, width, seconds, ...sizes] = process.argv.slice(2);
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const rates = {};
for (const size of sizes.map(Number)) {
  const x = new Tensor('float32', new Float32Array(size * Number(width)).fill(0.5), [size, Number(width)]);
  for (let i = 0; i < 20; i++) await session.run({ x });
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < Number(seconds) * 1000) {
    await session.run({ x });
    runs += 1;
  }
  rates[size] = (runs * size * 1000) / (performance.now() - start);
}
console.log(JSON.stringify(rates));
