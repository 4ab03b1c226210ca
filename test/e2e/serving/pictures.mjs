// Compares the tensors that a repository makes of pictures with the ones that pictures.py wrote.
// Usage: node pictures.mjs <repository> <folder>
// Prints {"cases": {"<case>": {"max": …, "mean": …, "pictures": …, "refused": {…}, "worst": …}}, "resizes": {"<library> <interpolation>": {…}}}
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [repository, folder] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(repository, 'dist/runtime/inference/preprocess', file)).href);
const { createEncoder } = await load('images.js');
const { resample } = await load('pictures/resample.js');
const { pictures, cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));

/** Differences of bytes, over several comparisons. */
function createTally() {
  const found = { max: 0, mean: 0, count: 0, worst: '' };
  let [sum, values] = [0, 0];
  return {
    found,
    compare(want, got, name) {
      if (want.length !== got.length) throw new Error(`${name}: ${got.length} values, expected ${want.length}`);
      for (const [at, value] of want.entries()) {
        const difference = Math.abs(value - got[at]);
        sum += difference;
        if (difference > found.max) [found.max, found.worst] = [difference, name];
      }
      found.count += 1;
      values += want.length;
      found.mean = sum / values;
    },
  };
}

async function compareCase({ image, shape, expected }) {
  const inputs = [{ name: 'pixels', datatype: 'UINT8', shape, image }];
  const encode = createEncoder({ inputs, limits: {} }, () => {});
  const { found, compare } = createTally();
  const refused = {};
  for (const picture of pictures) {
    try {
      const [{ tensors }] = await encode([readFileSync(join(folder, picture))]);
      if (expected[picture]) compare(readFileSync(join(folder, expected[picture])), tensors[0].data, picture);
    } catch (error) {
      if (!error.code) throw error;
      refused[picture] = `${error.code} ${error.message}`;
    }
  }
  return { ...found, refused };
}

async function compareResizes() {
  const bytes = readFileSync(join(folder, 'resizes.bin'));
  const tallies = {};
  for (const resize of JSON.parse(readFileSync(join(folder, 'resizes.json'), 'utf8'))) {
    const { library, interpolation, from, to, at } = resize;
    const [height, width, channels] = from;
    const end = at + height * width * channels;
    const got = await resample(
      { data: bytes.subarray(at, end), height, width, channels },
      {
        rows: { source: height, result: to[0], from: 0, to: to[0] },
        columns: { source: width, result: to[1], from: 0, to: to[1] },
        interpolation,
        antialias: library === 'pillow',
        resampler: library,
      },
    );
    const name = `${library} ${interpolation}`;
    tallies[name] ??= createTally();
    tallies[name].compare(bytes.subarray(end, end + to[0] * to[1] * channels), got.data, `${from} -> ${to}`);
  }
  return Object.fromEntries(Object.entries(tallies).map(([name, { found }]) => [name, found]));
}

const compared = {};
for (const one of cases) compared[one.name] = await compareCase(one);
process.stdout.write(JSON.stringify({ cases: compared, resizes: await compareResizes() }));
