import { describe, ServiceError } from './errors.ts';

/** Variables of the environment. An empty one is one that is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws CONFIG_INVALID when the variable is no integer within the bounds */
export function readInteger(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalid(name, `an integer from ${min} to ${max}`, text);
}

/** @throws CONFIG_INVALID when the variable is none of what is allowed */
export function readChoice<T extends string>(
  env: Environment,
  name: string,
  fallback: NoInfer<T>,
  allowed: readonly T[],
): T {
  const text = env[name] || fallback;
  const found = allowed.find((value) => value === text);
  if (found) return found;
  throw invalid(name, `one of ${allowed.join(', ')}`, text);
}

function invalid(name: string, expected: string, found: string): ServiceError {
  const message = `environment ${name}: expected ${expected}, found ${describe(found)}`;
  return new ServiceError('CONFIG_INVALID', message);
}
