/**
 * Names of parameters whose value is a credential whatever it looks like, without separators and in lower case. From
 * RFC 6749 and 6750, and from parameters that providers use (Azure Functions `code`, Azure SAS `sig`, AWS and Google
 * signed URLs, GitLab `private_token`, HubSpot `hapikey`, SharePoint `tempauth`); these were not checked against the
 * providers' pages.
 */
const SECRET_NAMES = new Set(
  (
    'token key apikey appkey authkey hapikey devkey licensekey masterkey functionkey hostkey accesskey secretkey ' +
    'privatekey sharedkey signingkey encryptionkey subscriptionkey sessionkey userkey clientkey adminkey ' +
    'sig sign signature hmac password passwd pwd pass passphrase passcode secret code auth authorization ' +
    'authentication bearer jwt assertion clientassertion samlresponse credential credentials credentialsjson ' +
    'sessionid jsessionid phpsessid aspsessionid tempauth otp'
  ).split(' '),
);

/** A name that ends with one of these words is a credential's: `access_token`, `X-Amz-Signature`, `clientSecret`. */
const SECRET_WORDS = /(?:token|secret|password|passwd|passphrase|signature|apikey|accesskey|secretkey|privatekey)$/;

/**
 * Tokens that name a place in a list, not a person or a program: pages (Google `pageToken`, AWS `NextToken`,
 * OData `$skiptoken`), deltas (`$deltatoken`, `syncToken`) and OAI-PMH's `resumptionToken`.
 */
const PLACE_TOKENS =
  /^(?:(?:next|prev|previous)?(?:page|paging|pagination)|next|previous|prev|continuation|continue|skip|delta|sync|cursor|start|resumption|change|watch|offset|marker|csrf|xsrf|requestverification)token$/;

/** Values that are a credential under any name: JSON Web Tokens, and the prefixes that providers give to be found. */
const SECRET_VALUE =
  /^(?:eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?:gh[opsur]|github_pat|glpat|xox[abprs]|sk_live|rk_live|shpat)[_-]\w{10,}.*|AIza[\w-]{30,}|(?:Bearer|Basic) \S{6,})$/i;

/** Whether a parameter or header of this name carries a credential, however it is spelled. */
export function isSecretName(name: string): boolean {
  const plain = decoded(name)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  if (PLACE_TOKENS.test(plain)) return false;
  const bare = plain.replace(/^x(?=auth|api|key|token|secret|sig|access)/, '');
  return SECRET_NAMES.has(plain) || SECRET_NAMES.has(bare) || SECRET_WORDS.test(plain);
}

/** Whether a value is a credential under any name. */
export function isSecretValue(value: string): boolean {
  return SECRET_VALUE.test(value.trim());
}

/**
 * What in an address is a credential, in words that hold no part of it; null = nothing. Looks at the user name and
 * password, the parameters of the query, of the path (`;name=value`) and of the fragment, and at addresses in them.
 */
export function findAddressSecret(address: string, depth = 0): string | null {
  const text = address.trim();
  if (hasUserInfo(text)) return 'a user name or password';
  const [beforeFragment = '', ...fragment] = text.split('#');
  const [path = '', ...query] = beforeFragment.split('?');
  const parameters = [...query, ...fragment].join('&').split(/[?&;#]/);
  const matrix = path
    .split(/[;]/)
    .slice(1)
    .map((part) => part.split('/')[0] ?? '');
  return [...parameters, ...matrix].some((parameter) => isSecretParameter(parameter, depth))
    ? 'a parameter that is a credential'
    : null;
}

/** Between the slashes and the next slash, question mark or number sign: browsers take a backslash for a slash. */
function hasUserInfo(text: string): boolean {
  const authority = /^[a-z][a-z0-9+.-]*:[\\/]{2,}([^\\/?#]*)/i.exec(text.replaceAll(/[\t\r\n]/g, ''))?.[1] ?? '';
  return authority.includes('@');
}

/** An address in a parameter may be asked by the other system: it is looked through as well, twice at most. */
function isSecretParameter(parameter: string, depth: number): boolean {
  const at = parameter.indexOf('=');
  if (at <= 0) return false;
  const value = decoded(parameter.slice(at + 1));
  if (value === '') return false;
  if (isSecretName(parameter.slice(0, at)) || isSecretValue(value)) return true;
  return depth < 2 && /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && findAddressSecret(value, depth + 1) !== null;
}

/** Without percent-encoding, also where it is encoded twice; a text that can't be decoded stays as it is. */
function decoded(text: string): string {
  try {
    const once = decodeURIComponent(text.replaceAll('+', ' '));
    return /%[0-9a-f]{2}/i.test(once) ? decodeURIComponent(once) : once;
  } catch {
    return text;
  }
}

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
