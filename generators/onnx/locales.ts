import { textOf, withText } from './attribute.ts';
import type { Patch } from './patch.ts';
import type { Graph, Model, Node } from './schema.ts';
import type { Source } from './source.ts';
import { modelNodes } from './walk.ts';

/** The only one beside plain ASCII that slim images have. It changes the case of every letter as en_US does. */
const LOCALE = 'C.UTF-8';
/** What a node without the attribute asks the runtime for, however that is spelt. */
const DEFAULT = /^en[_-]US(\.utf-?8)?$/i;
const PRESENT = /^(|C|POSIX|C\.utf-?8)$/i;

/**
 * scikit-learn's text models lower-case in a StringNormalizer, by default in en_US.UTF-8: a laptop has that locale and the image
 * of the service has not, so that the runtime could not load the model there.
 */
export function planLocales(
  source: Source,
  { nodes }: Graph,
): { readonly patches: readonly Patch[]; readonly texts: readonly string[] } {
  const stuck = nodes.filter((node) => usesLocale(node) && DEFAULT.test(localeOf(node)));
  const was = [...new Set(stuck.map(localeOf))].join(', ');
  return {
    patches: stuck.map((node) => withText(source, node, 'locale', LOCALE)),
    texts:
      stuck.length === 0
        ? []
        : [`StringNormalizer: its locale was ${was}, which the image lacks, and is now ${LOCALE}: the same letters`],
  };
}

/** A locale that somebody chose may change letters in its own way: it is not ours to replace. */
export function localeProblems(model: Model): string[] {
  const wanted = [...modelNodes(model)].filter(usesLocale).map(localeOf);
  const strange = wanted.filter((locale) => !DEFAULT.test(locale) && !PRESENT.test(locale));
  return [...new Set(strange)].map(
    (locale) => `a StringNormalizer wants the locale ${locale}, which the image lacks (it has ${LOCALE})`,
  );
}

/** To change the case of texts, or to compare them with stop words whatever their case. */
function usesLocale(node: Node): boolean {
  if (node.opType !== 'StringNormalizer') return false;
  const attribute = (wanted: string) => node.attributes.find(({ name }) => name === wanted);
  const compares = attribute('stopwords') !== undefined && attribute('is_case_sensitive')?.int !== 1n;
  return compares || /^(LOWER|UPPER)$/.test(textOf(node, 'case_change_action') ?? '');
}

function localeOf(node: Node): string {
  return textOf(node, 'locale') ?? 'en_US.UTF-8';
}
