/**
 * Leaves out the byte order marks at the beginning of lines: files that were joined have one where the second begins,
 * and a quote behind it would be no opening quote. The decoder leaves out the first one.
 */
export async function* withoutInnerMarks(text: AsyncGenerator<string>): AsyncGenerator<string> {
  let isLineStart = true;
  for await (const part of text) {
    const whole = isLineStart ? part.replace(/^\ufeff+/, '') : part;
    yield whole.replace(/([\r\n])\ufeff+/g, '$1');
    if (part !== '') isLineStart = /[\r\n]\ufeff*$/.test(part);
  }
}
