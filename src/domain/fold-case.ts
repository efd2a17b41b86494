/**
 * Folds the case of a text for comparison: Unicode full case folding (CaseFolding.txt, statuses C and F) in NFC, the
 * canonical caseless match of the Unicode Standard, D145. `ZOË` = `zoë`, `Straße` = `STRASSE`, final sigma = sigma.
 *
 * The Turkish mappings (status T) are not used, because the language of a field is unknown. `I` = `i`, and dotless `ı`
 * is another letter.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(text.normalize('NFD'), foldLetter).join('').normalize('NFC');
}

/** Letter by letter, because `toLowerCase` of a whole text changes the last sigma of a word. */
function foldLetter(letter: string): string {
  if (letter === DOTLESS_I) return letter;
  // Cherokee folds to its capitals, which are older in Unicode than its small letters.
  if (CHEROKEE.test(letter)) return letter.toUpperCase();
  const capital = letter.toLowerCase().toUpperCase();
  return Array.from(capital, (one) => one.toLowerCase()).join('');
}

// eslint-disable-next-line no-control-regex -- the whole ASCII range is meant
const ASCII = /^[\u0000-\u007f]*$/;
const DOTLESS_I = '\u0131';
const CHEROKEE = /\p{Script=Cherokee}/u;
