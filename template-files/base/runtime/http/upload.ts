import { isUtf8 } from 'node:buffer';
import { withoutMarkBytes } from '../byte-order-mark.ts';
import type { ModelType } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';

type Reader = (body: Buffer) => unknown;

const TEXT: Reader = (body) => {
  if (!isUtf8(body)) throw new ServiceError('INVALID_REQUEST', 'the body is not UTF-8');
  return withoutMarkBytes(body).toString('utf8');
};
const PICTURE: Reader = (body) => body;

/** What may be sent as it is, without JSON around it, by type of model. */
const UPLOADS: Readonly<Partial<Record<ModelType, Readonly<Record<string, Reader>>>>> = {
  'image-classification': { 'image/jpeg': PICTURE, 'image/png': PICTURE, 'image/webp': PICTURE },
  'text-classification': { 'text/plain': TEXT },
};

/** Reads an uploaded body into the one instance that it is; undefined where the model takes JSON of that type. */
export function uploadReader(type: ModelType, contentType: string | undefined): Reader | undefined {
  const readers = UPLOADS[type];
  if (!readers || contentType === undefined) return undefined;
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return Object.hasOwn(readers, essence) ? readers[essence] : undefined;
}

/** Media types that may be uploaded to a model of a type. */
export function uploadTypes(type: ModelType): string[] {
  return Object.keys(UPLOADS[type] ?? {});
}
