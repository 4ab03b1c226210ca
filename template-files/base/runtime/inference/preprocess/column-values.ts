import type { Datatype, Feature } from '../../contract/serving.ts';
import { type Element, KINDS, type Kind } from '../datatypes.ts';

/** Milliseconds of the units in which a date may reach the model. */
const UNITS = { days: 86_400_000, seconds: 1000, milliseconds: 1 } as const;
const EPOCH = '1970-01-01';
/** ISO 8601 as clients and pandas write it; without an offset it is UTC. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** How the values of a column are read: as its datatype says, or as the texts that its feature declares. */
export function columnKind(feature: Feature, datatype: Datatype): Kind {
  const kind = KINDS[datatype];
  if (feature.encode === 'ordinal') return ordinalKind(feature, kind);
  return feature.date === undefined ? kind : dateKind(feature, feature.date, datatype);
}

/** What the model gets for a value that is missing; undefined where none may be. */
export function missingElement({ missing, nullable }: Feature, datatype: Datatype): Element | undefined {
  if (missing !== undefined) return datatype === 'BYTES' ? missing : numberElement(Number(missing), KINDS[datatype]);
  if (!nullable) return undefined;
  if (datatype === 'BYTES') return '';
  return numberElement(Number.NaN, KINDS[datatype]);
}

/** Categories become their places, as scikit-learn's OrdinalEncoder has them. */
function ordinalKind({ categories = [], unknown }: Feature, kind: Kind): Kind {
  const codes = new Map(categories.map((category, code) => [category, numberElement(code, kind)]));
  const other = unknown === undefined ? undefined : numberElement(unknown, kind);
  const names = categories.length > 12 ? `${categories.slice(0, 12).join(', ')}, …` : categories.join(', ');
  return {
    ...kind,
    expected: unknown === undefined ? `one of ${names}` : 'a text',
    parse: (value) => (typeof value === 'string' ? (codes.get(value) ?? other) : undefined),
  };
}

function dateKind({ since = EPOCH }: Feature, unit: keyof typeof UNITS, datatype: Datatype): Kind {
  const kind = KINDS[datatype];
  const start = milliseconds(since) ?? 0;
  return {
    ...kind,
    expected: 'a date such as "2026-01-31" or "2026-01-31T12:00:00Z"',
    parse(value) {
      const moment = typeof value === 'string' ? milliseconds(value) : undefined;
      if (moment === undefined) return undefined;
      const number = (moment - start) / UNITS[unit];
      return kind.parse(datatype.startsWith('FP') ? number : Math.floor(number));
    },
  };
}

/** Since 1970 in UTC; undefined for what is no date of the calendar. */
export function milliseconds(text: string): number | undefined {
  const [, ...parts] = DATE.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  date.setUTCHours(hour, minute, second);
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(parts[7] ?? '') ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return date.getTime() + Number(`0.${parts[6] ?? 0}`) * 1000 - offset;
}

/** What a client would send for a number that the model takes: the number itself, save of columns that take texts. */
export function textOf({ encode, categories = [], date, since = EPOCH }: Feature, value: unknown): unknown {
  if (encode) return categories[Number(value)] ?? categories[0];
  if (!date) return value;
  const moment = new Date((milliseconds(since) ?? 0) + Number(value) * UNITS[date]);
  return Number.isNaN(moment.getTime()) ? since : moment.toISOString();
}

/** A number as an element of a tensor. */
function numberElement(value: number, { create, fromNumber }: Kind): Element {
  if (fromNumber) return fromNumber(value);
  return create(0) instanceof BigInt64Array || create(0) instanceof BigUint64Array ? BigInt(value) : value;
}
