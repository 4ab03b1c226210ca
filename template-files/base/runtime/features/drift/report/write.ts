import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Made } from '../make.ts';
import { reportHtml } from './html.ts';
import { withDataSection } from './model-card.ts';

/**
 * Writes the report on the data, and the part of the model card about them.
 * @param source name of the file of training data
 * @returns the paths that were written
 */
export function writeReport({ folder, serving, golden }: Config, made: Made, source: string): readonly string[] {
  const report = join(folder, 'docs', 'data-report.html');
  const card = join(folder, 'docs', 'MODEL_CARD.md');
  const about = { model: serving.model, source };
  replace(report, reportHtml(made, about));
  // A team may have deleted it.
  if (!existsSync(card)) return [report];
  const facts = { ...about, report: basename(report), golden: golden?.samples.length ?? 0 };
  replace(card, withDataSection(readFileSync(card, 'utf8'), made, facts));
  return [report, card];
}

function replace(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
