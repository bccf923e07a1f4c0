/**
 * Regions of one category share its hue and chroma and differ in OKLCH lightness, in three steps. OKLab by Björn
 * Ottosson, https://bottosson.github.io/posts/oklab/ (public domain); scaling a and b is not needed, since lightness
 * alone moves.
 */
const STEPS = [1, 0.82, 1.18] as const;

const toLinear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const toGamma = (channel: number) =>
  channel <= 0.0031308 ? channel * 12.92 : 1.055 * Math.max(channel, 0) ** (1 / 2.4) - 0.055;

function toHex(channel: number): string {
  const byte = Math.round(Math.min(1, Math.max(0, toGamma(channel))) * 255);
  return byte.toString(16).padStart(2, '0');
}

/**
 * @param hex `#rrggbb`
 * @param index position of the region among those of its category; every third one repeats
 */
export function shade(hex: string, index: number): string {
  const factor = STEPS[index % STEPS.length] ?? 1;
  if (factor === 1) return hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => toLinear(parseInt(hex.slice(at, at + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const light = Math.min(1, (0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s) * factor);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const l3 = (light + 0.3963377774 * a + 0.2158037573 * bb) ** 3;
  const m3 = (light - 0.1055613458 * a - 0.0638541728 * bb) ** 3;
  const s3 = (light - 0.0894841775 * a - 1.291485548 * bb) ** 3;
  const red = toHex(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3);
  const green = toHex(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3);
  const blue = toHex(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3);
  return `#${red}${green}${blue}`;
}
