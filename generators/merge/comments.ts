/** A comment in a source. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** Without the spaces around it. */
  readonly text: string;
}

/** From where a key or an element starts to where its value ends. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Whether nothing comes behind it in its collection: a comment below it is then its own. */
  readonly isLast: boolean;
}

export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** Behind the line break of the line that an offset is in; an offset right behind a line break is at the end of that line. */
export function lineEnd(source: string, offset: number): number {
  if (offset > 0 && source[offset - 1] === '\n') return offset;
  const next = source.indexOf('\n', offset);
  return next < 0 ? source.length : next + 1;
}

function isAlone(source: string, comment: Comment): boolean {
  return source.slice(lineStart(source, comment.start), comment.start).trim() === '';
}

function breaks(text: string): number {
  return text.split('\n').length - 1;
}

/** The nearest comment above a place, if it is on the line right above. */
function above(source: string, comments: readonly Comment[], place: number): Comment | undefined {
  const comment = comments.findLast(({ end }) => end <= place);
  if (comment === undefined || !isAlone(source, comment)) return undefined;
  const between = source.slice(comment.end, place);
  return between.trim() === '' && breaks(between) === 1 ? comment : undefined;
}

/** The first comment below a place, if it is on the next line and not further left than a column. */
function below(source: string, comments: readonly Comment[], place: number, column: number): Comment | undefined {
  const comment = comments.find(({ start }) => start >= place);
  if (comment === undefined || comment.start - lineStart(source, comment.start) < column) return undefined;
  return source.slice(place, comment.start).trim() === '' && lineStart(source, comment.start) === place
    ? comment
    : undefined;
}

/** The comments that touch a value: on its lines, right above them, and right below the last of a collection. */
export function commentsOf(source: string, comments: readonly Comment[], span: Span): Comment[] {
  const [first, last] = [lineStart(source, span.start), lineEnd(source, span.end)];
  const on = comments.filter(({ start }) => start >= first && start < last);
  const under = span.isLast ? below(source, comments, last, span.start - first) : undefined;
  return [above(source, comments, first), ...on, under].filter((comment) => comment !== undefined);
}
