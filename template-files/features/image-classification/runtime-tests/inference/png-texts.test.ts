import { jest } from '@jest/globals';
import sharp from 'sharp';
import { serving } from '../helpers/serving.ts';

/* The library decompresses texts when it reads a file's head: it must get PNG files without them. */

const given: Buffer[] = [];
const cut = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
  .png()
  .toBuffer();
jest.unstable_mockModule('../../runtime/inference/preprocess/png-chunks.ts', () => ({
  withoutTexts: (file: Buffer) => {
    given.push(file);
    return cut;
  },
}));
const { createEncoder } = await import('../../runtime/inference/preprocess/images.ts');

test('the head and the pixels of a PNG file are read from what is left without its texts', async () => {
  const model = { ...serving().model, type: 'image-classification' as const };
  const inputs = [{ name: 'pixels', datatype: 'UINT8' as const, shape: [-1, 1, 1, 1] }];
  const encode = createEncoder(serving({ model, inputs }), () => {});
  const black = sharp({ create: { width: 1, height: 1, channels: 3, background: 'black' } });
  const [png, jpeg] = await Promise.all([black.clone().png().toBuffer(), black.clone().jpeg().toBuffer()]);
  const pixels = (await encode([png, jpeg])).map(({ tensors }) => [...((tensors[0]?.data ?? []) as Uint8Array)]);
  expect(given.map((file) => file.equals(png))).toEqual([true]);
  expect(pixels).toEqual([[255], [0]]);
});
