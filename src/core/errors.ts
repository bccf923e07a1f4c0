/** Input that cannot be read as what it claims to be. Names the file, the line (1-based) and the text. */
export class ParseError extends Error {
  readonly file: string;
  readonly line: number;
  readonly text: string;

  constructor(file: string, line: number, text: string, reason: string) {
    super(`${file}: line ${line} ${reason}: '${text.length > 120 ? `${text.slice(0, 117)}...` : text}'`);
    this.name = 'ParseError';
    this.file = file;
    this.line = line;
    this.text = text;
  }
}
