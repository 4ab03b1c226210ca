/**
 * `node scripts/fetch-model.mjs [--into FOLDER]`: puts the model that serving.yaml names into a folder, from object storage.
 * Nothing but the very bytes of model.sha256 gets its name. Beside it come the other files of the model's folder (golden
 * samples, labels, tokenizer), so that the folder can be laid over the one of the image. Without --into, the folder itself.
 *
 * MODEL_URL             where it is; {name}, {version} and {sha256} stand for those of serving.yaml
 * MODEL_AUTHORIZATION   value of the Authorization header, such as `Bearer …`
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_SESSION_TOKEN   instead: the request is signed for S3's interface
 * MODEL_MAX_BYTES       refuses what is larger (2 GiB)
 * MODEL_IDLE_SECONDS    gives an attempt up when nothing arrives for so long (30)
 * MODEL_ATTEMPTS        attempts before it ends with exit code 1 (5)
 */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchModel } from './fetch-model/fetch.mjs';
import { hashOf } from './fetch-model/hash.mjs';
import { readOptions, shown } from './fetch-model/options.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

try {
  const { values } = parseArgs({ options: { into: { type: 'string' } } });
  const options = readOptions(process.env);
  const file = resolve(options.file);
  const folder = values.into === undefined ? dirname(file) : resolve(values.into);
  await mkdir(folder, { recursive: true });
  if (folder !== dirname(file)) await copyOthers(dirname(file), folder, basename(file));

  const target = join(folder, basename(file));
  if ((await hashOf(target)) === options.sha256) say(`${target} is there already: ${options.sha256}`);
  else {
    const bytes = await fetchModel(options, target, say);
    say(`${target}: ${bytes} bytes from ${shown(options.url)}, sha256 ${options.sha256}`);
  }
} catch (error) {
  process.stderr.write(`fetch-model: ${error.message}\n`);
  process.exitCode = 1;
}

async function copyOthers(from, to, model) {
  const names = await readdir(from).catch(() => []);
  for (const name of names) if (name !== model) await cp(join(from, name), join(to, name), { recursive: true });
}
