/** Text and bytes of a maps file, one as the other: parsers read bytes, names and errors are text. */
export interface MapsBytes {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  /** Text of a part of them. */
  readonly textOf: (start: number, end: number) => string;
}

/**
 * Stands for every character beyond ASCII; only names hold such, and names are cut from the text itself. Never part of
 * UTF-8.
 */
const FOREIGN = 0xff;

export function bytesOf(maps: string | Uint8Array): MapsBytes {
  if (typeof maps !== 'string') {
    const data = new DataView(maps.buffer, maps.byteOffset, maps.byteLength);
    return { bytes: maps, data, textOf: (start, end) => decode(maps, start, end) };
  }
  const bytes = new Uint8Array(maps.length);
  for (let i = 0; i < maps.length; i++) {
    const code = maps.charCodeAt(i);
    bytes[i] = code < 0x80 ? code : FOREIGN;
  }
  return { bytes, data: new DataView(bytes.buffer), textOf: (start, end) => maps.slice(start, end) };
}

/** UTF-8 as file names are; what is no UTF-8 is read as Latin-1, one character a byte. */
function decode(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let plain = true;
  for (let i = start; i < end; i++) {
    text += String.fromCharCode(bytes[i]!);
    if (bytes[i]! >= 0x80) plain = false;
  }
  if (plain) return text;
  try {
    return decodeURIComponent(text.replace(/[%\x80-\xff]/g, (one) => `%${one.charCodeAt(0).toString(16)}`));
  } catch {
    return text;
  }
}
