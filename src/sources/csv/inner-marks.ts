/**
 * Removes the byte order marks at the beginning of lines: in joined files, each file after the first begins with one,
 * and a quote after it would not count as an opening quote. The decoder removes the first one.
 */
export async function* withoutInnerMarks(text: AsyncGenerator<string>): AsyncGenerator<string> {
  let isLineStart = true;
  for await (const part of text) {
    const whole = isLineStart ? part.replace(/^\ufeff+/, '') : part;
    yield whole.replace(/([\r\n])\ufeff+/g, '$1');
    if (part !== '') isLineStart = /[\r\n]\ufeff*$/.test(part);
  }
}
