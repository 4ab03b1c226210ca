import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '../../generators/hash.ts';
import { DamagedBase, formatBase, LARGEST_BASE, parseBase } from '../../generators/project/base-file.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const files = (entries: Readonly<Record<string, string | Uint8Array>>) =>
  new Map(Object.entries(entries).map(([path, contents]) => [path, Buffer.from(contents)]));
const reason = (packed: Uint8Array): string => {
  try {
    parseBase(packed);
  } catch (error) {
    if (error instanceof DamagedBase) return error.message;
    throw error;
  }
  return 'none';
};

describe('the base file', () => {
  it('has bytes that follow from the files alone, so every machine and every Node.js writes the same', () => {
    expect(hex(formatBase(new Map()))).toBe(
      '1f8b0800000000000003ab562a4ece48cd4d54b232d4514acbcc492d56b2aae6e2aaade50200094091f01a000000',
    );
    expect(
      sha256(formatBase(files({ 'a.txt': 'line of text\n'.repeat(5000), 'b.bin': new Uint8Array([0, 255]) }))),
    ).toBe('48af6ae2d0d47d120d9b5676e58afc206071101f271f4c78034ee9fc3ef1a8c5');
  });

  it('has them in whatever order the files come', () => {
    const one = files({ 'README.md': '# A\n', 'src/app.ts': 'app\n', '10': 'ten', '9': 'nine' });
    const other = new Map([...one].reverse());
    expect(hex(formatBase(other))).toBe(hex(formatBase(one)));
  });

  it('is gzip of JSON that a person can look at', () => {
    const text = gunzipSync(
      formatBase(files({ 'b.md': '# B "quoted"\n', 'a/x.bin': new Uint8Array([0xff]) })),
    ).toString();
    expect(text).toBe('{"schema":1,"files":{\n"a/x.bin":{"base64":"/w=="},\n"b.md":"# B \\"quoted\\"\\n"\n}}\n');
  });

  it.each([
    ['nothing', ''],
    ['text', 'ünï\r\n\u2028\0 {"a": 1}\n'],
    ['a byte order mark', '\ufeffx'],
    ['bytes that are no UTF-8', new Uint8Array([0x80, 0, 0xc3])],
    ['what UTF-8 has no code for', new Uint8Array([0xed, 0xa0, 0x80])],
    ['300,000 bytes', 'line of text\n'.repeat(25_000)],
  ])('gives back %s, byte for byte', (_, contents) => {
    const bytes = Buffer.from(contents);
    const found = parseBase(formatBase(new Map([['__proto__', bytes]]))).get(sha256(bytes));
    expect(found && hex(found)).toBe(hex(bytes));
  });

  it('is read whatever compressed it', () => {
    const packed = formatBase(files({ a: 'some text\n'.repeat(100) }));
    for (const level of [1, 9]) {
      expect(parseBase(gzipSync(gunzipSync(packed), { level }))).toEqual(parseBase(packed));
    }
  });
});

describe('a base file that cannot be used says why', () => {
  const whole = formatBase(files({ 'README.md': '# A\n'.repeat(100), 'src/app.ts': 'app\n' }));
  const json = (value: unknown) => gzipSync(JSON.stringify(value));

  it('cut short, at any byte', () => {
    for (let length = 2; length < whole.length; length++)
      expect(reason(whole.subarray(0, length))).toBe('it is cut short');
  });

  it('with one bit turned, at any byte of its contents', () => {
    // The ten bytes of the header hold the time and the system, which mean nothing.
    for (let at = 10; at < whole.length; at++) {
      const turned = whole.slice();
      turned[at] = (turned[at] as number) ^ 4;
      expect(reason(turned)).toMatch(/^its bytes were changed$|^it is cut short$/);
    }
    expect(reason(whole)).toBe('none');
  });

  it.each([
    ['emptied', new Uint8Array(), 'it is empty'],
    ['text', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'it is no gzip file'],
    ['gzip of something else', gzipSync('<<<<<<< ours\n'), 'it holds no JSON'],
    ['JSON of something else', json([]), 'it names no files'],
    ['null', json(null), 'it names no files'],
    ['no files', json({ schema: 1, files: null }), 'it names no files'],
  ])('%s', (_, bytes, why) => expect(reason(bytes)).toBe(why));

  it('a bomb: nothing is unpacked beyond the bound', () => {
    const bomb = gzipSync(Buffer.alloc(LARGEST_BASE + 1));
    expect(bomb.length).toBeLessThan(100_000);
    expect(reason(bomb)).toBe(`it holds more than ${LARGEST_BASE} bytes`);
  });

  it('contents that are no contents are left out, and those of a later form are refused by a code', () => {
    expect(parseBase(json({ schema: 1, files: { a: 1, b: null, c: { base64: 3 }, d: 'd' } }))).toEqual(
      new Map([[sha256(Buffer.from('d')), Buffer.from('d')]]),
    );
    expect(() => parseBase(json({ schema: 2 }))).toThrow(expect.objectContaining({ code: 'RECORD_NEWER' }));
  });
});
