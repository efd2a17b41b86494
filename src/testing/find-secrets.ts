/** A secret that was put in somewhere, and must come out nowhere. */
export interface Canary {
  readonly name: string;
  readonly text: string;
}

/** A text to look through, and where it comes from. */
export interface Haystack {
  readonly from: string;
  readonly text: string;
}

/**
 * Finds secrets in texts: in clear, as JSON, URL and HTML write them, in hex, and inside of base64 at any offset; also
 * as texts in texts, whose escapes are escaped again.
 * @returns `<secret> in <place>`, each once
 */
export function findSecretsIn(haystacks: readonly Haystack[], canaries: readonly Canary[]): string[] {
  const needles = canaries.map(({ name, text }) => ({ name, forms: [...new Set(formsOf(text).map(unescaped))] }));
  const found = haystacks.flatMap((haystack) => {
    const text = unescaped(haystack.text);
    const seen = needles.filter(({ forms }) => forms.some((form) => text.includes(form)));
    return seen.map(({ name }) => `${name} in ${haystack.from}`);
  });
  return [...new Set(found)];
}

/** The ways in which a text may be written. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = [0, 1, 2].map((offset) => innerBase64(bytes, offset));
  return [
    ...[text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)],
    ...[new URLSearchParams({ a: text }).toString().slice(2), text.replaceAll('&', '&amp;'), bytes.toString('hex')],
    ...base64.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(one)]),
  ];
}

/** JSON in JSON, or in a dump, has a backslash more before each one: without any they are all the same. */
const unescaped = (text: string) => text.replaceAll('\\', '');

/** What of its base64 is the same whatever stands before and behind, when `offset` bytes of a triple stand before. */
function innerBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const whole = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((offset * 8) / 6), whole);
}
