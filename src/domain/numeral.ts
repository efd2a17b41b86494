/**
 * A JSON number whose text a JavaScript number cannot keep exactly: `1e3`, `-0`, `1.0`, `1e400`, or too many digits. It
 * is refused as an id, because two different texts would become one id.
 */
export class Numeral {
  /** @param text as it was sent */
  constructor(readonly text: string) {}

  /** The number if it is exact, else the text: no digit is lost. */
  toJSON(): number | string {
    return isExact(this.text) ? Number(this.text) + 0 : this.text;
  }
}

/** Whether a JavaScript number has exactly the value of a JSON number. */
export function isExact(text: string): boolean {
  const value = Number(text);
  return Number.isFinite(value) && decimalOf(text) === decimalOf(String(value));
}

/** Sign, digits without outer zeros, and the exponent of the last digit: equal for equal values. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return '0';
  const kept = digits.replace(/0+$/, '');
  return `${sign}${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}
