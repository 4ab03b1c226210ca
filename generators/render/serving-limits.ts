import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { type Data, isData } from '../questions/data.ts';
import { type RequestLimits, requestLimits, TEMPLATE_LIMITS } from '../questions/request-limits.ts';
import type { Interface, TensorSpec } from '../tensor.ts';

/** A limit of serving.yaml that follows the interface. */
export interface LimitChange {
  readonly path: readonly [section: string, key: keyof RequestLimits];
  /** What the file says. */
  readonly found: number;
  /** What the new interface asks for. */
  readonly needed: number;
  /** The value to write; undefined where the owner's own stays. */
  readonly write: number | undefined;
}

const PATHS = { maxBatchSize: 'batching', maxBodyBytes: 'limits' } as const;

/**
 * The limits of a serving.yaml that another interface changes. A value that was derived from the interface so far, or that
 * the template has for all, is derived again; any other is the owner's own and stays. A size of bodies
 * that is missing stays missing; a batch size that is missing is the default.
 * @param text the file as it is, with its interface so far
 */
export function limitChanges(text: string, fresh: Interface): LimitChange[] {
  const file: unknown = parse(text, { logLevel: 'error' });
  if (!isData(file)) return [];
  const so = { inputs: tensorsOf(file['inputs']), outputs: tensorsOf(file['outputs']) };
  const isSame = isDeepStrictEqual(so, { inputs: fresh.inputs, outputs: fresh.outputs });
  const [former, needed] = [requestLimits(so), requestLimits(fresh)];
  return (['maxBatchSize', 'maxBodyBytes'] as const).flatMap((key): LimitChange[] => {
    const section = PATHS[key];
    const found = numberIn(file[section], key) ?? defaultOf(file, key);
    const wanted = Math.min(needed[key], key === 'maxBodyBytes' ? uploadsOf(file) : Number.POSITIVE_INFINITY);
    if (isSame || found === undefined || found === wanted) return [];
    const isDerived = found === former[key] || found === TEMPLATE_LIMITS[key];
    return [{ path: [section, key], found, needed: needed[key], write: isDerived ? wanted : undefined }];
  });
}

/** What has become of the limits, for the report of a release; nothing is said of an own value that is large enough. */
export function limitTexts(changes: readonly LimitChange[]): string[] {
  return changes.flatMap(({ path, found, needed, write }) => {
    const name = path.join('.');
    const why =
      name === 'limits.maxBodyBytes'
        ? 'one row in JSON and a batch of binary tensors fit'
        : 'a batch has 32 MiB at most';
    if (write === needed) return [`${name}: ${found} -> ${write}, so that ${why}`];
    if (write !== undefined)
      return [
        `${name}: ${found} -> ${write}, as much as limits.maxUploadBytes allows; ${needed} would be enough for all`,
      ];
    const isTooSmall = name === 'limits.maxBodyBytes' && found < needed;
    return isTooSmall ? [`${name} stays ${found}, which is your own value; at ${needed} ${why}`] : [];
  });
}

/** The template leaves the batch size to its default. */
function defaultOf(file: Data, key: keyof RequestLimits): number | undefined {
  const isDefault = key === 'maxBatchSize' && isData(file['batching']);
  return isDefault ? TEMPLATE_LIMITS.maxBatchSize : undefined;
}

/** No body may be larger than all bodies together: where an owner bounds those, the server refuses more. */
function uploadsOf(file: Data): number {
  return numberIn(file['limits'], 'maxUploadBytes') ?? Number.POSITIVE_INFINITY;
}

function numberIn(section: unknown, key: string): number | undefined {
  const value = isData(section) ? section[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** The file has been checked before a release; one that is damaged has no interface to derive a limit from. */
function tensorsOf(value: unknown): TensorSpec[] {
  return Array.isArray(value) ? (value as TensorSpec[]) : [];
}
