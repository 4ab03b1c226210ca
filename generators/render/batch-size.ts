import { type Document, isMap, isScalar } from 'yaml';
import { TEMPLATE_LIMITS } from '../questions/request-limits.ts';
import { type Edit, rangeOf } from './text-edits.ts';

const REMARK = '# A batch of binary tensors has 32 MiB at most.';

/** A file without the batch size that was derived for it: one that is stated is refused where rows depend on each other. */
export function withoutDerivedBatchSize(text: string): string {
  return text.replace(new RegExp(`^[ \\t]*${REMARK}\\r?\\n[ \\t]*maxBatchSize:.*\\r?\\n`, 'm'), '');
}

/**
 * Writes `batching.maxBatchSize`. Where the file leaves it to its default it is added only if another value is needed, since a
 * stated value is refused for models whose rows depend on each other. Declared `batching: off` stays.
 */
export function batchSizeEdit(text: string, document: Document, value: number): Edit[] {
  const section = document.get('batching', true);
  if (isScalar(section) && section.value !== null) return [];
  const stated = document.getIn(['batching', 'maxBatchSize'], true);
  if (isScalar(stated)) {
    return stated.value === value ? [] : [{ ...rangeOf(document, ['batching', 'maxBatchSize']), text: String(value) }];
  }
  if (value === TEMPLATE_LIMITS.maxBatchSize) return [];
  const entry = `maxBatchSize: ${value}`;
  if (!isMap(section) || section.items.length === 0) {
    if (section !== undefined) return [];
    return [
      { start: text.length, end: text.length, text: `${text.endsWith('\n') ? '' : '\n'}batching: { ${entry} }\n` },
    ];
  }
  const first = rangeOf(document, ['batching', String(section.items[0]?.key)]).start;
  if (section.flow) {
    const start = (section.range as [number, number, number])[0] + 1;
    return [{ start, end: start, text: ` ${entry},` }];
  }
  // Above the last entry's line would part it from its remarks: below the section's last value.
  const { end } = rangeOf(document, ['batching']);
  const line = text.slice(text.lastIndexOf('\n', first) + 1, first);
  const [rest = ''] = /^[^\r\n]*/.exec(text.slice(end)) ?? [];
  const at = end + rest.length;
  const indent = /^\s*/.exec(line)?.[0] ?? '  ';
  return [{ start: at, end: at, text: `\n${indent}${REMARK}\n${indent}${entry}` }];
}
