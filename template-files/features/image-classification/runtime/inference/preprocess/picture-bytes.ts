import { inputError } from '../../errors.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DATA_URL = /^data:image\/[a-z+.-]{1,20};base64,/;

/** The file that a client sent: uploaded as it is, or as base64 in JSON, also as a data URL. */
export function pictureBytes(instance: unknown, where: string): Uint8Array {
  if (instance instanceof Uint8Array) return instance;
  if (typeof instance === 'string') return decode(instance, where);
  if (typeof instance !== 'object' || instance === null || Array.isArray(instance)) {
    throw inputError(where, 'base64 of a picture, or {"image": base64}', instance);
  }
  const stranger = Object.keys(instance).find((key) => key !== 'image');
  if (stranger !== undefined) throw inputError(where, 'only image', stranger);
  const { image } = instance as { image?: unknown };
  if (typeof image !== 'string') throw inputError(`${where}.image`, 'base64 of a picture', image);
  return decode(image, `${where}.image`);
}

function decode(text: string, where: string): Uint8Array {
  const base64 = text.replace(DATA_URL, '');
  // Buffer.from would step over what is no base64 and answer with something else.
  if (base64.length === 0 || base64.length % 4 === 1 || !BASE64.test(base64)) {
    throw inputError(where, 'base64 of a picture', text);
  }
  return Buffer.from(base64, 'base64');
}
