/** Names that a mistyped one may have meant, most alike first. */
export function nearNames(wrong: string, known: readonly string[], most = 5): string[] {
  const asked = bigrams(wrong);
  return known
    .map((name) => ({ name, score: likeness(asked, bigrams(name)) }))
    .filter(({ score }) => score >= 0.3)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

function bigrams(text: string): Set<string> {
  const padded = ` ${text.toLowerCase()} `;
  return new Set(Array.from({ length: padded.length - 1 }, (_, i) => padded.slice(i, i + 2)));
}

/** Dice coefficient: 1 = the same pairs of letters, 0 = none in common. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const pair of a) if (b.has(pair)) common++;
  return (2 * common) / (a.size + b.size);
}
