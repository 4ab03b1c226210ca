import coerce from 'semver/functions/coerce.js';
import diff from 'semver/functions/diff.js';
import type { Finding, Rule, Side } from './side.ts';

/** A change of any size here can change the answers. */
const NUMERIC = new Set(['onnxruntime-node', 'sharp']);

function dependenciesOf(side: Side): Record<string, string> {
  try {
    const { dependencies = {} } = JSON.parse(side.text('package.json') ?? '{}') as {
      dependencies?: Record<string, string>;
    };
    return dependencies;
  } catch {
    return {};
  }
}

function findingOf(name: string, old: string | undefined, fresh: string | undefined): Finding | null {
  if (old === fresh) return null;
  const what = `${name} ${old ?? '(new)'} → ${fresh ?? '(gone)'}`;
  if (NUMERIC.has(name)) return { class: 'online', what: `${what}: answers may differ in the last digits` };
  if (old === undefined || fresh === undefined) return { class: 'compatible', what };
  const [from, to] = [coerce(old), coerce(fresh)];
  const step = from && to ? diff(from, to) : 'major';
  return { class: step === 'major' || step === 'premajor' ? 'online' : 'compatible', what };
}

/** Judges the dependencies that run in production. */
export const dependencyRule: Rule = (before, after) => {
  const [old, fresh] = [dependenciesOf(before), dependenciesOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort();
  return names.flatMap((name) => findingOf(name, old[name], fresh[name]) ?? []);
};
