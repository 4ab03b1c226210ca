import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { safe, shown } from './options.mjs';
import { signedHeaders } from './sigv4.mjs';

const MAX_REDIRECTS = 5;
/** Answers that another attempt may better. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A failure that every attempt would end in. */
class Final extends Error {}

/** Fetches the model and gives it its name once its bytes are the right ones. Resolves to their number. */
export async function fetchModel(options, target, say) {
  for (let attempt = 1; ; attempt++) {
    const draft = `${target}.${process.pid}.part`;
    // What a killed run left may be read-only.
    await rm(draft, { force: true });
    try {
      const bytes = await attemptOnce(options, draft);
      await rename(draft, target);
      return bytes;
    } catch (error) {
      await rm(draft, { force: true });
      const cause = error.cause?.message || error.cause?.code;
      const reason = cause ? `${error.message}: ${cause}` : error.message;
      if (error instanceof Final || attempt >= options.attempts) throw new Error(`${shown(options.url)}: ${reason}`);
      // 0.5, 1, 2 ... 15 s, each up to half as long again: a fleet that starts together does not ask together.
      const pause = Math.min(15_000, 250 * 2 ** attempt) * (1 + Math.random() / 2);
      say(`attempt ${attempt} of ${options.attempts}: ${reason}; again in ${Math.round(pause)} ms`);
      await sleep(pause);
    }
  }
}

async function attemptOnce({ url, authorization, s3, sha256, maxBytes, idleMs }, draft) {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new Error(`nothing arrived for ${idleMs / 1000} s`)), idleMs);
  try {
    const answer = await follow(url, { authorization, s3 }, idle.signal);
    if (answer.status !== 200) {
      await answer.body?.cancel();
      const Kind = PASSING.has(answer.status) ? Error : Final;
      throw new Kind(`expected the status 200, found ${answer.status}`);
    }
    const declared = answer.headers.get('content-length');
    if (Number(declared) > maxBytes) throw new Final(`it has ${declared} bytes; MODEL_MAX_BYTES allows ${maxBytes}`);

    const hash = createHash('sha256');
    let bytes = 0;
    const count = async function* (chunks) {
      for await (const chunk of chunks) {
        timer.refresh();
        bytes += chunk.length;
        if (bytes > maxBytes) throw new Final(`it has more than the ${maxBytes} bytes that MODEL_MAX_BYTES allows`);
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(answer.body), count, createWriteStream(draft, { mode: 0o444, flush: true }), {
      signal: idle.signal,
    });
    const found = hash.digest('hex');
    if (found !== sha256) throw new Final(`expected the sha256 ${sha256} of serving.yaml, found ${found}`);
    return bytes;
  } catch (error) {
    // An abort hides its reason behind an error of its own.
    throw idle.signal.aborted && !(error instanceof Final) ? idle.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects by hand: credentials are for the first origin alone, and none leads to where it is unsafe. */
async function follow(url, { authorization, s3 }, signal) {
  let place = url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const known = place.origin === url.origin;
    const headers = {
      'accept-encoding': 'identity',
      ...(known && authorization && { authorization }),
      ...(known && s3 && signedHeaders(place, s3, new Date())),
    };
    const answer = await fetch(place, { headers, redirect: 'manual', signal });
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status > 399 || !location) return answer;
    await answer.body?.cancel();
    if (!URL.canParse(location, place)) throw new Final('it redirects to what is no URL');
    try {
      place = safe(new URL(location, place));
    } catch (error) {
      throw new Final(`it redirects to ${error.message}`);
    }
  }
  throw new Final(`it redirects more than ${MAX_REDIRECTS} times`);
}
