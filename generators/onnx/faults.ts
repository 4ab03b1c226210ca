import { ServingError } from '../errors.ts';
import type { Source } from './source.ts';
import type { WireFault } from './wire.ts';

/** First bytes of files that are taken for ONNX models by mistake, and what to do about each. */
const LOOKALIKES: readonly { readonly magic: string; readonly what: string; readonly hint: string }[] = [
  { magic: 'version https://git-lfs', what: 'a Git LFS pointer', hint: 'Fetch the file itself: git lfs pull.' },
  { magic: 'PK\x03\x04', what: 'a ZIP archive (PyTorch saves its models so)', hint: 'Export it: torch.onnx.export.' },
  { magic: '\x1f\x8b', what: 'compressed with gzip', hint: 'Unpack it first.' },
  { magic: '\x89HDF', what: 'an HDF5 file (Keras saves its models so)', hint: 'Convert it with tf2onnx.' },
  { magic: '\x80\x04', what: 'a Python pickle', hint: 'Convert it: skl2onnx.to_onnx for scikit-learn.' },
  { magic: '\x80\x05', what: 'a Python pickle', hint: 'Convert it: skl2onnx.to_onnx for scikit-learn.' },
  { magic: '<', what: 'an HTML or XML document', hint: 'Download the file itself, not the page that shows it.' },
];
/** ONNX Runtime's own format carries its mark behind a first word. */
const ORT_FORMAT = { magic: 'ORTM', offset: 4 };

/** The file is no ONNX model: what it seems to be instead, or where it stops making sense. */
export function notOnnx(source: Source, problem: string): ServingError {
  if (source.size === 0) return new ServingError('MODEL_NOT_ONNX', `${source.name} is empty.`);
  const head = Array.from(source.read(0, 32), (byte) => String.fromCharCode(byte)).join('');
  const like = LOOKALIKES.find(({ magic }) => head.startsWith(magic));
  if (like) return new ServingError('MODEL_NOT_ONNX', `${source.name} is no ONNX model but ${like.what}.`, like);
  if (head.startsWith(ORT_FORMAT.magic, ORT_FORMAT.offset)) {
    const hint = 'Give the .onnx file that it was made from.';
    return new ServingError('MODEL_NOT_ONNX', `${source.name} is in ONNX Runtime's own format (.ort).`, { hint });
  }
  return new ServingError('MODEL_NOT_ONNX', `${source.name} is no ONNX model, or a damaged one: ${problem}.`);
}

/** What a fault in the bytes means: a file that is cut off, or none of ours. */
export function wireFault(source: Source, fault: WireFault, looksLikeOnnx: boolean): ServingError {
  const where = `at byte ${fault.offset} ${fault.message}`;
  if (looksLikeOnnx && fault.cutAt === source.size) {
    return new ServingError('MODEL_TRUNCATED', `${source.name} is cut off after ${source.size} bytes: ${where}.`);
  }
  return notOnnx(source, where);
}

/** A model that may be right, and that we or the runtime cannot take. */
export function unsupported(source: Source, problem: string, hint?: string): ServingError {
  return new ServingError('MODEL_UNSUPPORTED', `${source.name} ${problem}.`, hint === undefined ? {} : { hint });
}
