/** Loaded before what is built and started with the fixture's model: the hooks in src/ know nothing of that model. */
import * as module from 'node:module';
import { isMainThread } from 'node:worker_threads';

const NONE = 'data:text/javascript,export const preprocess = undefined, postprocess = undefined';

/** @type {(specifier: string, context: object, next: Function) => unknown} */
export function resolve(specifier, context, next) {
  const isHook = /\/hooks\/(pre|post)process\.js$/.test(specifier);
  return isHook ? { url: NONE, format: 'module', shortCircuit: true } : next(specifier, context);
}

// Node.js 20 knows only the one that takes this file into a thread of its own.
if (module.registerHooks) module.registerHooks({ resolve });
else if (isMainThread) module.register(import.meta.url);
