/** What is wrong with an address as it stands, or undefined. Empty is allowed: both addresses may be left out. */
export function checkUrl(text: string): string | undefined {
  if (text === '') return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'Not an address. Begin with http:// or https://, for example http://prometheus:9090.';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `Only http and https work, not ${url.protocol.slice(0, -1)}. Did you mean http://${text}?`;
  }
  return url.username === '' && url.password === ''
    ? undefined
    : 'Do not put a password in the address; use the fields below.';
}
