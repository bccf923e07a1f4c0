import type { Finding } from './finding';

export function sentenceOf(finding: Finding): { readonly text: string; readonly advice: string | null } {
  return { text: finding.kind, advice: null };
}
