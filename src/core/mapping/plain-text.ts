/**
 * Copies of kernel files that passed through other systems: a byte order mark in front, lines that end in CR LF. The kernel writes
 * neither; a file name may end in CR, so the first and the last line must both have it before it is taken for the mark of a line.
 */
const MARK = '\ufeff';
const CR = 13;
const NEWLINE = 10;

export function plainText(text: string): string {
  const content = text.startsWith(MARK) ? text.slice(1) : text;
  const first = content.indexOf('\n');
  const last = content.lastIndexOf('\n');
  const foreign = first > 0 && content.charCodeAt(first - 1) === CR && content.charCodeAt(last - 1) === CR;
  return foreign ? content.replace(/\r(?=\n|$)/g, '') : content;
}

/** As `plainText`, for the bytes of a file: the same bytes where there is nothing to do. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  const content = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const first = content.indexOf(NEWLINE);
  const last = content.lastIndexOf(NEWLINE);
  const foreign = first > 0 && content[first - 1] === CR && content[last - 1] === CR;
  return foreign ? content.filter((byte, i) => byte !== CR || (content[i + 1] ?? NEWLINE) !== NEWLINE) : content;
}
