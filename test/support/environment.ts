/** Does something while the environment holds other values, and gives it back what it held. */
export async function withEnvironment<T>(
  values: Readonly<Record<string, string>>,
  work: () => T | Promise<T>,
): Promise<T> {
  const before = Object.keys(values).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, values);
  try {
    return await work();
  } finally {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  }
}
