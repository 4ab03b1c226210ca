/**
 * What a file that is no longer rendered holds where the team's code still imports it. The tests of a team start the service with
 * `boot` of test/helpers/service.ts: it is in the runtime now.
 */
export const kept: Readonly<Record<string, string>> = {
  'test/helpers/service.ts': `import { type BootOptions, boot as bootService, type Running } from '#runtime/testing';

/** Boots the repository's own service, for tests that are older than #runtime/testing. New ones import that. */
export async function boot({ own: _, ...options }: BootOptions & { readonly own?: boolean } = {}): Promise<Running> {
  const service = await bootService(options);
  open.add(service);
  return service;
}

export type { BootOptions, Running };

/** The file that describes what is served. */
export const SAMPLE = 'serving.yaml';

const open = new Set<Running>();
// A test that failed may not have come to its close(): what stays open would keep Jest from ending.
afterAll(() => Promise.all([...open].map((service) => service.close())));

/** The body of an answer that is a JSON object. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
`,
};

/** What there is to say of files that a team has edited and that are no longer rendered, by folder. */
export const removedNotes: Readonly<Record<string, string>> = {
  'test/':
    'it tested the template’s own code, which is tested where the template is made: keep what is about your code and delete the rest',
  'src/': 'the template’s code is in runtime/ now: see what of your edit is still needed',
};
