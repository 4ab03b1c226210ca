import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { problemsError } from '../contract/rule.ts';
import type { ModelSpec } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';

/** Makes sure that the file is the one that was released. */
export async function checkModelHash(path: string, model: ModelSpec): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found === model.sha256) return;
  throw problemsError('MODEL_MISMATCH', 'serving.yaml', [
    {
      field: 'model.sha256',
      expected: `${found}, the hash of ${model.file}`,
      found: model.sha256,
      mend: 'If the new file is the one to release, write its hash and a new version; else restore the file.',
    },
  ]);
}

/** What the runtime does not tell of a model: its opset and metadata, read from the file's top level without its weights. */
export interface OnnxHeader {
  readonly irVersion: number;
  /** Version by domain; the default domain is `ai.onnx`. */
  readonly opsets: Readonly<Record<string, number>>;
  /** What the exporter wrote of the model, by key; long values are left out. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Field numbers of ModelProto, OperatorSetIdProto and StringStringEntryProto in the ONNX schema. */
const IR_VERSION = 1;
const OPSET_IMPORT = 8;
const METADATA = 14;
const METADATA_KEY = 1;
const METADATA_VALUE = 2;
const OPSET_DOMAIN = 1;
const OPSET_VERSION = 2;
/** An opset entry is a name and a number; longer is not one. */
const MAX_ENTRY = 4096;

export async function readOnnxHeader(path: string): Promise<OnnxHeader> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const opsets: Record<string, number> = {};
    const metadata: Record<string, string> = {};
    let irVersion = 0;
    let position = 0;
    while (position < size) {
      const head = Buffer.alloc(Math.min(20, size - position));
      await file.read(head, 0, head.length, position);
      const reader = { bytes: head, at: 0 };
      const tag = varint(reader);
      const field = tag >>> 3;
      const wire = tag & 7;
      if (wire === 0) {
        const value = varint(reader);
        if (field === IR_VERSION) irVersion = value;
        position += reader.at;
      } else if (wire === 2) {
        const length = varint(reader);
        position += reader.at;
        if ((field === OPSET_IMPORT || field === METADATA) && length <= MAX_ENTRY) {
          const entry = Buffer.alloc(length);
          await file.read(entry, 0, length, position);
          if (field === OPSET_IMPORT) {
            const { domain, version } = readOpset(entry);
            opsets[domain] = version;
          } else {
            const { key = '', value = '' } = readMetadata(entry) ?? {};
            if (!RESERVED.has(key)) metadata[key] = value;
          }
        }
        position += length;
      } else if (wire === 1 || wire === 5) {
        position += reader.at + (wire === 1 ? 8 : 4);
      } else throw notOnnx();
    }
    if (position !== size || irVersion === 0 || Object.keys(opsets).length === 0) throw notOnnx();
    return { irVersion, opsets, metadata };
  } finally {
    await file.close();
  }
}

function readOpset(bytes: Buffer): { domain: string; version: number } {
  const reader = { bytes, at: 0 };
  let domain = '';
  let version = 0;
  while (reader.at < bytes.length) {
    const tag = varint(reader);
    if (tag === (OPSET_DOMAIN << 3) + 2) {
      const length = varint(reader);
      domain = bytes.toString('utf8', reader.at, reader.at + length);
      reader.at += length;
    } else if (tag === OPSET_VERSION << 3) version = varint(reader);
    else throw notOnnx();
  }
  return { domain: domain || 'ai.onnx', version };
}

/** As the key of an object it would be something else. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__']);

/** Undefined for an entry of another form: nothing depends on it. */
function readMetadata(bytes: Buffer): { key?: string; value?: string } | undefined {
  const reader = { bytes, at: 0 };
  const texts = ['', '', ''];
  while (reader.at < bytes.length) {
    const tag = varint(reader);
    const field = tag >>> 3;
    if ((tag & 7) !== 2 || (field !== METADATA_KEY && field !== METADATA_VALUE)) return undefined;
    const length = varint(reader);
    texts[field] = bytes.toString('utf8', reader.at, reader.at + length);
    reader.at += length;
  }
  return { key: texts[METADATA_KEY] ?? '', value: texts[METADATA_VALUE] ?? '' };
}

function varint(reader: { readonly bytes: Buffer; at: number }): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw notOnnx();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw notOnnx();
}

function notOnnx(): ServiceError {
  return new ServiceError('MODEL_INVALID', 'the model file is not ONNX, or it is cut off');
}
