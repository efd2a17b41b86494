/** Parameters whose value may be a secret, by name, wherever they stand in the address: rather too many than too few. */
const SECRET_PARAMETER =
  /([?&;#](?:[^=&;#\s]*(?:token|secret|key|passw|passphrase|pwd|sig|sign|credential|auth|jwt|code|session|ticket|hmac)[^=&;#\s]*|pass)=)[^&;#\s"'<>]*/gi;

/** A user name and password before the host of an address (RFC 3986, 3.2.1). */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/** A shorter beginning of a secret may stand in any text by chance. */
const MIN_BEGINNING = 8;

/** A text of another system as it may be shown: it may have echoed what we sent, in whatever it was wrapped in. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret.length >= 6).flatMap(formsOf);
  // A text that was cut may end within a secret.
  const beginnings = forms
    .map((form) => form.slice(0, Math.ceil(form.length / 2)))
    .filter((half) => half.length >= MIN_BEGINNING);
  return [...forms, ...beginnings].reduce((rest, form) => rest.replaceAll(form, '***'), redactUrls(text));
}

/** How a secret is written in a text, an address, a form, and in JSON that stands in JSON up to four times. */
function formsOf(secret: string): readonly string[] {
  const json = [secret];
  for (let depth = 0; depth < 4; depth += 1) json.push(JSON.stringify(json[depth]).slice(1, -1));
  const form = new URLSearchParams({ a: secret }).toString().slice(2);
  return [...new Set([...json, encodeURIComponent(secret), form])];
}

/** The values of secret parameters and what stands before a host are masked. */
function redactUrls(text: string): string {
  return text.replaceAll(USER_INFO, '$1***@').replaceAll(SECRET_PARAMETER, '$1***');
}
