/** Lines of a small kernel file with their numbers, for parsers that are not hot. Empty lines are skipped. */
export function* linesOf(text: string): Generator<{ readonly number: number; readonly text: string }> {
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line !== '') yield { number, text: line };
  }
}
