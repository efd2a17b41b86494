/** Query parameters whose value is a secret, by name, wherever it stands in the address. */
const SECRET_PARAMETER = /([?&][^=&#]*(?:token|secret|key|password|signature|sign)[^=&#]*=)[^&#\s]*/gi;

/** A text of another system as it may be shown: it may have echoed what we sent. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 6)
    .reduce(
      (rest, secret) => rest.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'),
      redactUrls(text),
    );
}

/** The values of secret parameters are masked. */
function redactUrls(text: string): string {
  return text.replaceAll(SECRET_PARAMETER, '$1***');
}
