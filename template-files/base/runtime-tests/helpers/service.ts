import { type BootOptions, boot as bootService, type Running } from '../../runtime/testing.ts';

export type { Running } from '../../runtime/testing.ts';

interface Options extends BootOptions {
  /** Boots the repository's own model. */
  readonly own?: boolean;
}

/** A service of which the tests know everything, in whatever repository they run. */
export const SAMPLE = 'runtime-tests/fixtures/sample/serving.yaml';

const open = new Set<Running>();
// A test that failed may not have come to its close(): what stays open would keep Jest from ending.
afterAll(() => Promise.all([...open].map((service) => service.close())));

/** Boots the real service with the fixture's model, on a port of its own. */
export async function boot({ own = false, ...options }: Options = {}): Promise<Running> {
  const running = await bootService({
    ...options,
    ...(own ? {} : { hooks: {}, configure: () => {}, ...options, env: { SERVING_CONFIG: SAMPLE, ...options.env } }),
  });
  open.add(running);
  return running;
}

/** The body of an answer that is a JSON object. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
