import { deflateSync } from 'node:zlib';
import sharp, { type Metadata } from 'sharp';
import type { InputSpec } from '../../runtime/contract/serving.ts';
import { type Capacity, createCapacity } from '../../runtime/inference/limits/capacity.ts';
import type { Reading } from '../../runtime/inference/preprocess/encoder.ts';
import { createEncoder } from '../../runtime/inference/preprocess/images.ts';
import { inParallel } from '../../runtime/inference/preprocess/in-parallel.ts';
import { decodedBytes, tensorBytes } from '../../runtime/inference/preprocess/picture-cost.ts';
import { createNeed } from '../../runtime/inference/preprocess/picture-need.ts';
import { withoutTexts } from '../../runtime/inference/preprocess/png-chunks.ts';
import { serving } from '../helpers/serving.ts';

/* What requests may make of the memory and of the time of the process. Bytes and pictures are counted, never milliseconds. */

const MIB = 1024 * 1024;

function setUp(maxDecodingBytes: number, changes: Partial<InputSpec> = {}, maxDecodedBytes?: number) {
  const counted: string[] = [];
  const input: InputSpec = { name: 'pixels', datatype: 'UINT8', shape: [-1, 3, 2, 2], ...changes };
  const model = { ...serving().model, type: 'image-classification' as const };
  const inner = createCapacity({ maxDecodingBytes, ...(maxDecodedBytes !== undefined && { maxDecodedBytes }) });
  const acquired: number[] = [];
  const capacity: Capacity = {
    ...inner,
    enter(fileBytes, waiter) {
      const entry = inner.enter(fileBytes, waiter);
      return {
        ...entry,
        async acquire(bytes) {
          await entry.acquire(bytes);
          acquired.push(inner.used());
        },
      };
    },
  };
  const onInvalid = (name: string, reason: string) => counted.push(`${name}:${reason}`);
  const encode = createEncoder(serving({ model, inputs: [input] }), onInvalid, '.', capacity);
  return { encode, capacity: inner, acquired, counted };
}

function reading(changes: Partial<Reading> = {}): Reading & { end: () => void } {
  let release = (): void => {};
  return {
    deadline: performance.now() + 60_000,
    onEnd: (give) => {
      release = give;
    },
    end: () => release(),
    ...changes,
  };
}

const blank = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } });

describe('bytes of a decoded picture', () => {
  const head = async (file: Buffer): Promise<Metadata> => sharp(file).metadata();

  test('are width x height x channels x bytes of a channel', async () => {
    expect(decodedBytes(await head(await blank(100, 50).png().toBuffer()))).toBe(100 * 50 * 3);
    expect(decodedBytes(await head(await blank(100, 50, 4).png().toBuffer()))).toBe(100 * 50 * 4);
    const deep = await blank(100, 50, 4).toColourspace('rgb16').png({ progressive: true }).toBuffer();
    expect(decodedBytes(await head(deep))).toBe(100 * 50 * 4 * 2);
    const palette = await blank(100, 50).png({ palette: true, colours: 2 }).toBuffer();
    expect(decodedBytes(await head(palette))).toBe(100 * 50 * 3);
    expect(decodedBytes(await head(await blank(100, 50).jpeg().toBuffer()))).toBe(100 * 50 * 3);
  });

  test('are what the decoder holds of a progressive JPEG and of a WebP', async () => {
    expect(decodedBytes(await head(await blank(100, 50).jpeg({ progressive: true }).toBuffer()))).toBe(
      100 * 50 * 3 * 2,
    );
    expect(decodedBytes(await head(await blank(100, 50).webp().toBuffer()))).toBe(100 * 50 * 4 * 2);
  });

  test('of its tensor follow the datatype', () => {
    expect(tensorBytes({ width: 4, height: 5 }, 3, 'FP32')).toBe(4 * 5 * 3 * (1 + 4));
    expect(tensorBytes({ width: 4, height: 5 }, 1, 'UINT8')).toBe(4 * 5 * (1 + 1));
  });
});

describe('a request is refused before anything is decoded', () => {
  test('for one picture beyond its bound', async () => {
    const file = await blank(700, 700, 4).toColourspace('rgb16').png({ progressive: true }).toBuffer();
    const { encode, acquired, capacity, counted } = setUp(MIB);
    await expect(encode([file], reading())).rejects.toMatchObject({
      code: 'DECODED_TOO_LARGE',
      message: expect.stringMatching(
        /^instances\[0\]: expected a picture of at most 1048576 bytes .*found 3920024 \(700 x 700/,
      ),
    });
    expect([acquired, capacity.used(), counted]).toEqual([[], 0, []]);
    const own = setUp(100 * MIB, { image: { maxDecodedBytes: MIB } });
    await expect(own.encode([file], reading())).rejects.toMatchObject({ code: 'DECODED_TOO_LARGE' });
  });

  test('for many small files that add up', async () => {
    const file = await blank(500, 500).png({ palette: true, colours: 2 }).toBuffer();
    const { encode, acquired, capacity } = setUp(MIB, {}, 10 * MIB);
    await expect(encode(new Array(950).fill(file), reading())).rejects.toMatchObject({
      code: 'DECODED_TOO_LARGE',
      message: expect.stringContaining('the first 14 pictures take'),
    });
    expect([acquired, capacity.used()]).toEqual([[], 0]);
  });

  test('for tensors that are far larger than the files', async () => {
    const file = await blank(1, 1).png().toBuffer();
    const { encode, acquired } = setUp(MIB, { datatype: 'FP32', shape: [-1, 3, 224, 224] }, 1000 * MIB);
    await expect(encode([file], reading())).resolves.toHaveLength(1);
    await expect(encode([file, file], reading())).rejects.toMatchObject({
      code: 'DECODED_TOO_LARGE',
      message: expect.stringContaining('tensors of at most 1048576 bytes'),
    });
    expect(acquired).toHaveLength(1);
  });
});

describe('memory', () => {
  test('is never held beyond the limit, whatever comes at the same time, and is all given back', async () => {
    const file = await blank(500, 500).png().toBuffer();
    const { encode, capacity, acquired } = setUp(MIB);
    const requests = Array.from({ length: 12 }, () => ({ call: reading(), instances: [file, file] }));
    await Promise.all(
      requests.map(async ({ call, instances }) => {
        expect(await encode(instances, call)).toHaveLength(2);
        call.end();
      }),
    );
    expect(acquired).toHaveLength(12);
    expect(Math.max(...acquired)).toBeLessThanOrEqual(MIB);
    expect(capacity.used()).toBe(0);
  });

  test('of tensors is held until the request is answered, that of pixels is not', async () => {
    const { encode, capacity } = setUp(MIB);
    const call = reading();
    await encode([await blank(500, 500).png().toBuffer()], call);
    expect(capacity.used()).toBe(tensorBytes({ width: 2, height: 2 }, 3, 'UINT8'));
    call.end();
    expect(capacity.used()).toBe(0);
  });

  test('is given back where a picture cannot be decoded', async () => {
    const { encode, capacity } = setUp(MIB);
    const file = await blank(300, 300).png({ compressionLevel: 0 }).toBuffer();
    const call = reading();
    await expect(encode([file, file.subarray(0, file.length / 2)], call)).rejects.toThrow('instances[1]');
    expect(capacity.used()).toBe(0);
  });

  test('for the files of waiting requests is bounded as well', async () => {
    const capacity = createCapacity({ maxDecodingBytes: MIB });
    const first = capacity.enter(2 * MIB, reading());
    expect(() => capacity.enter(1, reading())).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
    first.leave();
    first.leave();
    capacity.enter(MIB, reading()).leave();
  });
});

describe('nothing more is decoded', () => {
  test('once the client has left', async () => {
    const file = await blank(20, 20).png().toBuffer();
    const { encode, acquired, capacity } = setUp(MIB);
    await expect(encode([file], reading({ client: { destroyed: true } }))).rejects.toMatchObject({
      code: 'CLIENT_GONE',
    });
    // The connection is looked at before each picture: this one is lost between the last head and the first picture.
    let looks = 0;
    const client = {
      get destroyed() {
        looks += 1;
        return looks > 5;
      },
    };
    await expect(encode(new Array(4).fill(file), reading({ client }))).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    expect(acquired).toEqual([]);
    expect(capacity.used()).toBe(0);
  });

  test('after the deadline', async () => {
    const file = await blank(20, 20).png().toBuffer();
    const { encode, acquired, counted } = setUp(MIB);
    await expect(encode([file], reading({ deadline: performance.now() - 1 }))).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect([acquired, counted]).toEqual([[], []]);
  });

  test('after the first failure', async () => {
    const begun: number[] = [];
    const act = async (item: number): Promise<number> => {
      begun.push(item);
      if (item === 1) throw new Error('the second one');
      return item;
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5, 6, 7], 2, act)).rejects.toThrow('the second one');
    expect(begun.length).toBeLessThan(5);
    expect(await inParallel([3, 2, 0], 2, act)).toEqual([3, 2, 0]);
  });
});

test('fewer pictures are decoded at a time where the memory is not enough for more', () => {
  const picture = (sourceBytes: number) => ({
    sourceBytes,
    resultBytes: 1,
    decode: () => Promise.reject(new Error('not asked for')),
  });
  const sumOf = (maxBytes: number, sizes: readonly number[]) => {
    const need = createNeed({ maxBytes, maxRequestBytes: 1000 });
    for (const size of sizes) need.add(picture(size));
    const { sourceBytes, resultBytes, atATime } = need.sum();
    return { sourceBytes, resultBytes, atATime };
  };
  expect(sumOf(1000, [10, 50, 20, 40])).toEqual({ sourceBytes: 110, resultBytes: 4, atATime: 3 });
  expect(sumOf(100, [10, 50, 20, 40])).toEqual({ sourceBytes: 90, resultBytes: 4, atATime: 2 });
  expect(sumOf(60, [10, 50, 20, 40])).toEqual({ sourceBytes: 50, resultBytes: 4, atATime: 1 });
  expect(() => sumOf(53, [10, 50, 20, 40])).toThrow('tensors of at most 53 bytes');
});

test('texts within a PNG are cut out before the library decompresses them, and nothing else is', async () => {
  const file = await blank(3, 3).png().toBuffer();
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    // Whatever its checksum is: nobody reads it.
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const bomb = deflateSync(Buffer.alloc(MIB));
  const behindHead = 8 + 25;
  const texts = [
    chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb])),
    chunk('iTXt', Buffer.concat([Buffer.from('b\0\x01\0\0\0'), bomb])),
    chunk('tEXt', Buffer.from('c\0hello')),
  ];
  const end = file.length - 12;
  const full = Buffer.concat([
    file.subarray(0, behindHead),
    ...texts,
    file.subarray(behindHead, end),
    ...texts,
    file.subarray(end),
  ]);
  expect(withoutTexts(full).equals(file)).toBe(true);
  expect(withoutTexts(file)).toBe(file);
  const cut = full.subarray(0, behindHead + 20);
  expect(withoutTexts(cut)).toBe(cut);
  const [block] = await setUp(MIB).encode([full], reading());
  expect(block?.rows).toBe(1);
});
