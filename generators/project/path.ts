/** Paths from a manifest, a journal or a template are judged here before anything is touched: all of them are untrusted input. */

/** Device names of Windows; with any extension they still name the device. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** Characters HFS+ ignores when it compares names: `.g\u200cit` opens `.git` there. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"|?*\\]/;
const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;

/** Folders that no plan may reach into, wherever they lie: Git's own data and what a package manager owns. */
const OFF_LIMITS = new Set(['.git', 'git~1', 'node_modules']);

function segmentProblem(segment: string): string | null {
  if (segment === '') return 'an empty segment';
  if (segment === '.' || segment === '..') return `the segment "${segment}"`;
  if (/[. ]$/.test(segment)) return 'a segment that ends in a dot or a space';
  if (Buffer.byteLength(segment) > LONGEST_NAME) return `a segment of more than ${LONGEST_NAME} bytes`;
  const plain = segment.replace(HFS_IGNORED, '').toLowerCase();
  if (OFF_LIMITS.has(plain)) return `the folder ${plain}`;
  if (WINDOWS_DEVICE.test(segment.split('.')[0] ?? '')) return `the reserved name ${segment}`;
  return null;
}

/** Why a path may not be used inside a repository, or null where it may. Paths are relative with forward slashes. */
export function pathProblem(path: string): string | null {
  if (path === '') return 'an empty path';
  if (path.startsWith('/')) return 'an absolute path';
  if (Buffer.byteLength(path) > LONGEST_PATH) return `a path of more than ${LONGEST_PATH} bytes`;
  if (FORBIDDEN.test(path)) return 'a character that not every file system can hold';
  if (/\p{Surrogate}/u.test(path)) return 'a lone surrogate';
  for (const segment of path.split('/')) {
    const problem = segmentProblem(segment);
    if (problem !== null) return problem;
  }
  return null;
}

/** The form under which file systems that ignore case or normalise Unicode see a path. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** The folders above a path, outermost first: `a/b/c` gives `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
