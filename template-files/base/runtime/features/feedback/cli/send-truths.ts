import { ServiceError } from '../../../errors.ts';
import type { Match } from '../evaluation/evaluate.ts';

/** What became of truths that were sent to a service. */
export interface Sent {
  readonly counted: number;
  /** The service has counted them before. */
  readonly before: number;
  /** Of a version that does not answer clients there. */
  readonly other_version: number;
}

export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Requests at the same time: the service is at work for its clients. */
const CONNECTIONS = 4;
const TIMEOUT_MS = 30_000;

/** @throws DATA_INVALID when it is no URL, or a header is not `Name: value` */
export function readTarget(url: string, headers: readonly string[] = []): Target {
  const base = url.endsWith('/') ? url : `${url}/`;
  if (!/^https?:/.test(url) || !URL.canParse(base)) {
    throw new ServiceError('DATA_INVALID', `--url: expected http://<host>:<port>, found "${url}"`);
  }
  const pairs = headers.map((header) => {
    const [name = '', ...rest] = header.split(':');
    const value = rest.join(':').trim();
    if (/^[\w-]+$/.test(name) && value !== '') return [name, value] as const;
    // The value may be a secret: it is not repeated.
    throw new ServiceError('DATA_INVALID', '--header: expected "Name: value"');
  });
  return { url: new URL('feedback', base), headers: Object.fromEntries(pairs) };
}

/**
 * Sends truths with what was predicted to POST /feedback of a service, which counts them as it counts those that come at once.
 * @throws DATA_INVALID when the service does not take one; those before it are counted
 */
export async function sendTruths(
  target: Target,
  matches: readonly Match[],
  labels: readonly string[] | undefined,
): Promise<Sent> {
  const sent = { counted: 0, before: 0, other_version: 0 };
  const stop = new AbortController();
  const rest = matches.values();
  const work = async (): Promise<void> => {
    for (const match of rest) {
      if (stop.signal.aborted) return;
      sent[await sendOne(target, bodyOf(match, labels))] += 1;
    }
  };
  const workers = Array.from({ length: CONNECTIONS }, () =>
    work().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
  if (!failed) return sent;
  const reason = (failed.reason as Error).message;
  const done = `${sent.counted} truths were counted; run it again for the others`;
  throw new ServiceError('DATA_INVALID', `${target.url}: ${reason} (${done})`, { cause: failed.reason });
}

function bodyOf({ id, instance, truth, predicted, version }: Match, labels: readonly string[] | undefined): string {
  const values = labels ? { label: labels[truth], predicted: labels[predicted] } : { value: truth, predicted };
  return JSON.stringify({ id, instance, ...values, version });
}

async function sendOne({ url, headers }: Target, body: string): Promise<keyof Sent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    const cause = error.cause as NodeJS.ErrnoException | undefined;
    throw new Error(`no answer: ${cause?.code ?? cause?.message ?? error.message}`);
  });
  const text = await response.text();
  if (response.ok) return 'counted';
  const { code, error } = parsed(text);
  if (code === 'FEEDBACK_GIVEN') return 'before';
  if (code === 'PREDICTION_NOT_FOUND') return 'other_version';
  throw new Error(`answered ${response.status} ${code ?? ''} ${error ?? 'without JSON: is it this service?'}`);
}

function parsed(text: string): { code?: string; error?: string } {
  try {
    return (JSON.parse(text) ?? {}) as { code?: string; error?: string };
  } catch {
    return {};
  }
}
