import sharp, { type Sharp } from 'sharp';
import type { InputSpec } from '../../runtime/contract/serving.ts';
import { createEncoder } from '../../runtime/inference/preprocess/images.ts';
import { serving } from '../helpers/serving.ts';

function setUp(changes: Partial<InputSpec> = {}) {
  const counted: string[] = [];
  const input: InputSpec = { name: 'pixels', datatype: 'UINT8', shape: [-1, 3, 2, 2], ...changes };
  const model = { ...serving().model, type: 'image-classification' as const };
  const encode = createEncoder(serving({ model, inputs: [input] }), (name, reason) =>
    counted.push(`${name}:${reason}`),
  );
  return { counted, encode };
}

/** The tensor that a picture becomes. */
async function tensorOf(picture: unknown, changes: Partial<InputSpec> = {}) {
  const blocks = await setUp(changes).encode([picture]);
  const [tensor] = blocks[0]?.tensors ?? [];
  return { dims: tensor?.dims, data: [...((tensor?.data ?? []) as Iterable<number>)] };
}

/** Four pixels: red, green, blue, white. */
const FOUR = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

function raw(pixels: number[], width: number, channels: 1 | 3 | 4 = 3): Sharp {
  return sharp(Uint8Array.from(pixels), { raw: { width, height: pixels.length / channels / width, channels } });
}

const png = (pixels: number[], width: number, channels?: 1 | 3 | 4) => raw(pixels, width, channels).png().toBuffer();

describe('a picture becomes a tensor', () => {
  test('channels first, channels last, and the other way round', async () => {
    const file = await png(FOUR, 2);
    const first = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255];
    expect(await tensorOf(file)).toEqual({ dims: [1, 3, 2, 2], data: first });
    expect(await tensorOf(file, { shape: [-1, 2, 2, 3] })).toEqual({ dims: [1, 2, 2, 3], data: FOUR });
    const bgr = await tensorOf(file, { shape: [-1, 2, 2, 3], image: { color: 'bgr' } });
    expect(bgr.data).toEqual([0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255]);
  });

  test('floats are scaled to [0, 1] and normalised, per channel or all alike', async () => {
    const file = await png([255, 0, 51], 1);
    const shape = [-1, 3, 1, 1];
    expect((await tensorOf(file, { datatype: 'FP64', shape })).data).toEqual([1, 0, 0.2]);
    const image = { mean: [0.5, 0, 0.2], std: [0.5, 1, 2] };
    expect((await tensorOf(file, { datatype: 'FP64', shape, image })).data).toEqual([1, 0, 0]);
    const alike = { scale: 1, mean: [127.5], std: [127.5] };
    expect((await tensorOf(file, { datatype: 'FP32', shape, image: alike })).data).toEqual([
      1,
      -1,
      Math.fround((51 - 127.5) / 127.5),
    ]);
    expect((await tensorOf(file, { datatype: 'FP16', shape })).data).toEqual([0x3c00, 0, 0x3266]);
  });

  test('grey models get grey, and transparent pixels the background', async () => {
    const grey = await tensorOf(await png(FOUR, 2), { shape: [-1, 1, 2, 2] });
    expect(grey.dims).toEqual([1, 1, 2, 2]);
    expect(grey.data[3]).toBe(255);
    const clear = await png([9, 9, 9, 0], 1, 4);
    expect((await tensorOf(clear, { shape: [-1, 3, 1, 1] })).data).toEqual([0, 0, 0]);
    const image = { background: [255, 128, 0] };
    expect((await tensorOf(clear, { shape: [-1, 3, 1, 1], image })).data).toEqual([255, 128, 0]);
  });

  test('JPEG, PNG and WebP; base64, data URLs, objects and uploaded bytes', async () => {
    const grey = raw(new Array(48).fill(128), 4);
    for (const file of await Promise.all([
      grey.clone().jpeg().toBuffer(),
      grey.clone().png().toBuffer(),
      grey.clone().webp().toBuffer(),
    ])) {
      const base64 = file.toString('base64');
      for (const instance of [file, base64, { image: base64 }, `data:image/png;base64,${base64}`]) {
        for (const value of (await tensorOf(instance)).data) expect(Math.abs(value - 128)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('one that lies on its side is put upright', async () => {
    const file = await raw([255, 255, 255, 0, 0, 0], 2).withMetadata({ orientation: 6 }).png().toBuffer();
    const { dims, data } = await tensorOf(file, { shape: [-1, 1, -1, -1] });
    expect([dims, data]).toEqual([
      [1, 1, 2, 1],
      [255, 0],
    ]);
  });

  test('of another shape, it is stretched, cropped or padded', async () => {
    // Black, white, white, black: a row of four.
    const file = await png([0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0], 4);
    const shape = [-1, 1, 1, 2];
    expect((await tensorOf(file, { shape, image: { fit: 'cover' } })).data).toEqual([255, 255]);
    expect((await tensorOf(file, { shape, image: { fit: 'cover', shorterSide: 1 } })).data).toEqual([255, 255]);
    const stretched = (await tensorOf(file, { shape })).data;
    expect(stretched[0]).toBe(stretched[1]);
    const padded = await tensorOf(file, {
      shape: [-1, 1, 4, 4],
      image: { fit: 'contain', background: [255, 255, 255] },
    });
    expect(padded.data.slice(0, 4)).toEqual([255, 255, 255, 255]);
  });

  test('of a free size, it keeps its own', async () => {
    const { dims } = await tensorOf(await png(new Array(18).fill(7), 3), { shape: [-1, 3, -1, -1] });
    expect(dims).toEqual([1, 3, 2, 3]);
  });
});

describe('what is refused, with its place', () => {
  const tiny = sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } });

  test.each([
    ['nothing', undefined, 'instances[0]: expected base64 of a picture'],
    ['a number', { image: 1 }, 'instances[0].image: expected base64'],
    ['another key', { picture: '' }, 'instances[0]: expected only image, found "picture"'],
    ['no base64', 'no base64!', 'instances[0]: expected base64'],
    ['an empty text', '', 'instances[0]: expected base64'],
    ['no picture', Buffer.from('hello'), 'expected a JPEG, PNG or WebP file'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'expected a JPEG, PNG or WebP file'],
    ['a PNG head alone', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'expected a picture that can be decoded (png'],
  ])('%s', async (_what, instance, message) => {
    const { encode, counted } = setUp();
    await expect(encode([instance])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
    expect(counted).toHaveLength(1);
  });

  test('a GIF, which the library could decode', async () => {
    await expect(setUp().encode([await tiny.clone().gif().toBuffer()])).rejects.toThrow('a JPEG, PNG or WebP file');
  });

  test('a file that is cut off', async () => {
    const file = await png(
      new Array(3 * 64 * 64).fill(0).map((_, at) => (at * 7919) % 251),
      64,
    );
    await expect(setUp().encode([file.subarray(0, file.length / 2)])).rejects.toThrow('that can be decoded');
  });

  test('a small file of many pixels, before it is decoded', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'white' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    const started = performance.now();
    await expect(setUp().encode([bomb])).rejects.toThrow(
      'instances[0]: expected at most 25000000 pixels, found 9000 x 9000',
    );
    expect(performance.now() - started).toBeLessThan(500);
    await expect(setUp({ shape: [-1, 3, -1, -1] }).encode([bomb])).rejects.toThrow('at most 4000000 pixels');
  });

  test('the second of two: the first is not answered either', async () => {
    const { encode } = setUp();
    await expect(encode([await png(FOUR, 2), 'x'])).rejects.toThrow('instances[1]');
  });
});
