/** Where a secret is: in the options themselves, or outside, by reference. */
export const SECRET_PLACES = ['value', 'variable', 'file'] as const;
/** One of `SECRET_PLACES`. */
export type SecretPlace = (typeof SECRET_PLACES)[number];

/** A secret option as it is typed: the secret (or its mask), or the name of a variable or file. */
export interface SecretText {
  readonly place: SecretPlace;
  readonly text: string;
}

/** Reads a secret option. References are no secrets: they are shown. */
export function readSecret(option: unknown): SecretText {
  if (typeof option === 'string') return { place: 'value', text: option };
  if (typeof option !== 'object' || option === null) return { place: 'value', text: '' };
  if ('$env' in option) return { place: 'variable', text: String(option.$env) };
  return { place: 'file', text: '$file' in option ? String(option.$file) : '' };
}

/** What is sent for it; nothing typed is no secret, but a reference without a name stays, for the API to refuse. */
export function writeSecret({ place, text }: SecretText): unknown {
  switch (place) {
    case 'value':
      return text === '' ? undefined : text;
    case 'variable':
      return { $env: text.trim() };
    case 'file':
      return { $file: text.trim() };
    default:
      return place satisfies never;
  }
}
