import sharp from 'sharp';
import { pictureSteps } from '../../runtime/contract/image-profiles.ts';
import type { ImageSteps, InputSpec } from '../../runtime/contract/serving.ts';
import { createCapacity } from '../../runtime/inference/limits/capacity.ts';
import { createEncoder } from '../../runtime/inference/preprocess/images.ts';
import type { Interpolation } from '../../runtime/inference/preprocess/pictures/coefficients.ts';
import { geometryOf } from '../../runtime/inference/preprocess/pictures/geometry.ts';
import { type Resize, resample } from '../../runtime/inference/preprocess/pictures/resample.ts';
import { serving } from '../helpers/serving.ts';

/* Pictures as the training libraries prepare them. The expected values were computed by Pillow 12.3 and OpenCV 5.0. */

/** Five columns and four rows of one channel. */
const SOURCE = {
  data: Uint8Array.from({ length: 20 }, (_, at) => (at * 7919) % 251),
  height: 4,
  width: 5,
  channels: 1,
};

function resize(width: number, height: number, interpolation: Interpolation, more: Partial<Resize> = {}) {
  const rows = { source: SOURCE.height, result: height, from: 0, to: height };
  const columns = { source: SOURCE.width, result: width, from: 0, to: width };
  return { rows, columns, interpolation, antialias: true, resampler: 'pillow' as const, ...more };
}

describe('a resize', () => {
  test.each([
    [
      'nearest',
      [188, 213, 238, 62, 87, 112],
      [0, 25, 50, 188, 213, 238, 188, 213, 238, 125, 150, 175, 125, 150, 175, 62, 87, 112],
    ],
    [
      'bilinear',
      [96, 115, 135, 105, 124, 144],
      [59, 81, 98, 100, 119, 139, 129, 146, 168, 88, 105, 127, 99, 119, 138, 121, 143, 160],
    ],
    [
      'bicubic',
      [95, 114, 136, 105, 124, 146],
      [52, 83, 93, 100, 121, 141, 137, 146, 178, 83, 93, 124, 96, 117, 137, 122, 153, 163],
    ],
    [
      'lanczos',
      [95, 111, 136, 107, 124, 148],
      [44, 88, 85, 101, 124, 142, 143, 138, 184, 88, 83, 129, 92, 115, 133, 121, 165, 162],
    ],
    [
      'area',
      [101, 119, 138, 100, 119, 138],
      [69, 25, 107, 132, 213, 169, 132, 213, 169, 69, 150, 106, 131, 87, 169, 131, 87, 169],
    ],
  ] as const)('is the one of Pillow: %s', async (interpolation, smaller, larger) => {
    expect([...(await resample(SOURCE, resize(3, 2, interpolation))).data]).toEqual(smaller);
    expect([...(await resample(SOURCE, resize(3, 6, interpolation))).data]).toEqual(larger);
  });

  test.each([
    ['nearest', [0, 138, 163, 125, 12, 37]],
    ['bilinear', [98, 119, 140, 98, 119, 139]],
    ['bicubic', [103, 125, 147, 91, 113, 134]],
    ['lanczos', [107, 123, 150, 85, 102, 129]],
    ['area', [99, 119, 139, 98, 118, 139]],
  ] as const)('without antialiasing is within 1 of the one of OpenCV: %s', async (interpolation, expected) => {
    const plain = resize(3, 2, interpolation, { antialias: false, resampler: 'opencv' });
    const { data } = await resample(SOURCE, plain);
    const differences = expected.map((value, at) => Math.abs(value - (data[at] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  test('of a part is that part of the whole', async () => {
    const whole = await resample(SOURCE, resize(9, 8, 'bicubic'));
    const part = resize(9, 8, 'bicubic', {
      rows: { source: 4, result: 8, from: 2, to: 5 },
      columns: { source: 5, result: 9, from: 1, to: 4 },
    });
    const expected = [2, 3, 4].flatMap((row) => [...whole.data.subarray(row * 9 + 1, row * 9 + 4)]);
    expect([...(await resample(SOURCE, part)).data]).toEqual(expected);
  });

  test('lets others have their turn in proportion to its pixels, and ends when it is told to', async () => {
    const turnsOf = async (side: number) => {
      let turns = 0;
      const source = { data: new Uint8Array(side * side * 3), height: side, width: side, channels: 3 };
      const axis = { source: side, result: 10, from: 0, to: 10 };
      const small = { ...resize(0, 0, 'bilinear'), rows: axis, columns: axis };
      await resample(source, small, () => {
        turns += 1;
        if (side === 2000 && turns === 2) throw new Error('the client has gone');
      });
      return turns;
    };
    const few = await turnsOf(700);
    expect(few).toBeGreaterThan(0);
    expect((await turnsOf(1400)) / few).toBeLessThan(8);
    await expect(turnsOf(2000)).rejects.toThrow('the client has gone');
  });
});

describe('where a picture lies', () => {
  const steps = (profile: ImageSteps['profile'], more: ImageSteps = {}) => {
    const found = pictureSteps({ shape: [-1, 3, 224, 224], image: { ...more, ...(profile && { profile }) } });
    if (!found) throw new Error('it has a profile');
    return found;
  };
  const size = [224, 224] as const;

  test('with torchvision: 256, the longer side truncated, the middle of 58.5 rounded to 58', () => {
    const { rows, columns } = geometryOf({ width: 400, height: 300 }, size, steps('torchvision'));
    expect(rows).toMatchObject({ result: 256, from: 16, to: 240 });
    expect(columns).toMatchObject({ result: 341, from: 58, to: 282 });
    const other = geometryOf({ width: 300, height: 500 }, size, steps('torchvision', { shorterSide: 225 }));
    expect([other.columns.result, other.columns.from]).toEqual([225, 0]);
    expect([other.rows.result, other.rows.from]).toEqual([375, 76]);
  });

  test('with a letterbox of YOLO: the rest of one pixel goes to the end', () => {
    const { rows, top, left, canvas } = geometryOf({ width: 640, height: 359 }, [640, 640], steps('yolo'));
    expect([rows.result, top, left, canvas]).toEqual([359, 140, 0, { width: 640, height: 640 }]);
  });

  test('with an offset of its own', () => {
    const at = geometryOf({ width: 256, height: 256 }, size, steps('torchvision', { cropOffset: [0, 32] }));
    expect([at.rows.from, at.columns.from, at.columns.to]).toEqual([0, 32, 256]);
    const beyond = steps('torchvision', { cropOffset: [40, 0] });
    expect(() => geometryOf({ width: 256, height: 256 }, size, beyond)).toThrow('has no 224 x 224 at row 40');
  });

  test('a picture of 30000 x 1 has no letterbox, and its crop would come from two billion pixels', () => {
    const narrow = { width: 30_000, height: 1 };
    expect(() => geometryOf(narrow, size, steps('yolo'))).toThrow('resized to 224 x 0 pixels');
    expect(() => geometryOf(narrow, size, steps('torchvision'))).toThrow('resized to 7680000 x 256 pixels');
  });
});

function setUp(changes: Partial<InputSpec>, maxDecodingBytes?: number) {
  const input: InputSpec = { name: 'pixels', datatype: 'UINT8', shape: [-1, 3, 2, 2], ...changes };
  const model = { ...serving().model, type: 'image-classification' as const };
  const limits = { ...serving().limits, ...(maxDecodingBytes !== undefined && { maxDecodingBytes }) };
  const capacity = createCapacity(limits);
  return { encode: createEncoder(serving({ model, limits, inputs: [input] }), () => {}, '.', capacity), capacity };
}

async function valuesOf(file: Buffer, changes: Partial<InputSpec>) {
  const [block] = await setUp(changes).encode([file]);
  return [...((block?.tensors[0]?.data ?? []) as Iterable<number>)];
}

/** Four pixels: red, green, blue, white. */
const FOUR = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

const raw = (pixels: number[], width: number, channels: 1 | 3 | 4 = 3) =>
  sharp(Uint8Array.from(pixels), { raw: { width, height: pixels.length / channels / width, channels } });

describe('steps that a profile declares', () => {
  const one = [-1, 3, 1, 1];

  test('transparency is dropped, flattened or refused', async () => {
    const file = await raw([200, 100, 50, 51], 1, 4).png().toBuffer();
    const of = (image: ImageSteps) => valuesOf(file, { shape: one, image: { profile: 'pil', ...image } });
    expect(await of({})).toEqual([200, 100, 50]);
    expect(await of({ alpha: 'flatten', background: [255, 255, 255] })).toEqual([244, 224, 214]);
    await expect(of({ alpha: 'refuse' })).rejects.toThrow('with transparency (image.alpha: refuse)');
  });

  test('green is 150 in grey, as in Pillow', async () => {
    const file = await raw([0, 255, 0], 1).png().toBuffer();
    const shape = [-1, 1, 1, 1];
    expect(await valuesOf(file, { shape, image: { profile: 'pil' } })).toEqual([150]);
    expect(await valuesOf(file, { shape, image: { profile: 'pil', grey: 'bt709' } })).toEqual([182]);
  });

  test('EXIF is ignored by torchvision and applied by OpenCV', async () => {
    const file = await raw([255, 255, 255, 0, 0, 0], 2).withMetadata({ orientation: 6 }).png().toBuffer();
    const of = async (profile: ImageSteps['profile']) => {
      const [block] = await setUp({ shape: [-1, 1, -1, -1], image: { profile, fit: 'stretch' } }).encode([file]);
      return block?.tensors[0]?.dims;
    };
    expect(await of('torchvision')).toEqual([1, 1, 1, 2]);
    expect(await of('opencv')).toEqual([1, 1, 2, 1]);
  });

  test('values have the mean of the profile as floats and halves; bytes stay bytes', async () => {
    const file = await raw([255, 0, 51], 1).png().toBuffer();
    const image = { profile: 'torchvision', fit: 'stretch' } as const;
    const floats = await valuesOf(file, { datatype: 'FP32', shape: one, image });
    const expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225];
    expect(floats).toEqual(expected.map(Math.fround));
    expect(await valuesOf(file, { datatype: 'FP16', shape: one, image })).toEqual([0x407f, 0xc012, 0xbb53]);
    expect(await valuesOf(file, { shape: one, image })).toEqual([255, 0, 51]);
    expect(await valuesOf(file, { datatype: 'FP32', shape: one, image: { profile: 'keras' } })).toEqual([255, 0, 51]);
    expect(await valuesOf(file, { shape: one, image: { profile: 'opencv' } })).toEqual([51, 0, 255]);
  });

  test('an animation is refused, or its first picture is taken', async () => {
    const file = await sharp(Uint8Array.from([255, 0, 0, 0, 0, 255]), {
      raw: { width: 1, height: 2, channels: 3, pageHeight: 1 },
    })
      .webp({ lossless: true })
      .toBuffer();
    const of = (image: ImageSteps) => valuesOf(file, { shape: one, image: { profile: 'pil', ...image } });
    await expect(of({})).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('that is animated (image.animation: refuse)'),
    });
    expect(await of({ animation: 'first' })).toEqual([255, 0, 0]);
    expect(await valuesOf(file, { shape: one })).toEqual([255, 0, 0]);
  });

  test('the input may leave its size free and the steps declare it', async () => {
    const file = await raw(new Array(36).fill(7), 4).png().toBuffer();
    const image = { profile: 'torchvision', size: [2, 3], shorterSide: 3 } as const;
    const [block] = await setUp({ shape: [-1, 3, -1, -1], image }).encode([file]);
    expect(block?.tensors[0]?.dims).toEqual([1, 3, 2, 3]);
  });
});

describe('memory', () => {
  test('of the resize counts as decoded bytes', async () => {
    const file = await sharp({ create: { width: 500, height: 500, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const plain = 500 * 500 * 3 + 2 * 2 * 3 * 2;
    const without = setUp({}, plain);
    await expect(without.encode([file])).resolves.toHaveLength(1);
    const image = { profile: 'pil' } as const;
    await expect(setUp({ image }, plain).encode([file])).rejects.toMatchObject({ code: 'DECODED_TOO_LARGE' });
    // The pixels have their place, and the rows and weights of the resize have none.
    const pixelsOnly = setUp({ image }, plain + 500 * 500 * 3 + 1000);
    await expect(pixelsOnly.encode([file])).rejects.toMatchObject({ code: 'DECODED_TOO_LARGE' });
    await expect(setUp({ image }, 2 * plain + 100_000).encode([file])).resolves.toHaveLength(1);
  });

  test('is given back, and nothing is resized, once the client has gone', async () => {
    const file = await raw(FOUR, 2).png().toBuffer();
    const { encode, capacity } = setUp({ image: { profile: 'pil' } });
    await expect(encode([file], { deadline: performance.now() - 1, onEnd: () => {} })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(capacity.used()).toBe(0);
  });
});

test('a file of another kind is named, whatever its data URL says', async () => {
  const gif = `data:image/png;base64,${Buffer.from('GIF89a..........').toString('base64')}`;
  await expect(setUp({}).encode([gif])).rejects.toThrow(
    'expected a JPEG, PNG or WebP file, found 16 bytes of a GIF file',
  );
  const png = `data:image/jpeg;base64,${(await raw(FOUR, 2).png().toBuffer()).toString('base64')}`;
  await expect(setUp({ image: { profile: 'pil' } }).encode([png])).resolves.toHaveLength(1);
});
