/**
 * A JSON number whose spelling says more than a JavaScript number keeps: `1e3`, `-0`, `1.0`, `1e400`, or more digits than
 * fit. An id must not be made of one, because two spellings would become one id.
 */
export class Numeral {
  /** @param text as it was sent */
  constructor(readonly text: string) {}

  /** The number where it is exactly this one, else the text: no digit is lost. */
  toJSON(): number | string {
    return isExact(this.text) ? Number(this.text) + 0 : this.text;
  }
}

/** Whether a JavaScript number has exactly the value of a JSON number. */
export function isExact(text: string): boolean {
  const value = Number(text);
  return Number.isFinite(value) && decimalOf(text) === decimalOf(String(value));
}

/** Sign, digits without zeros around them, and the exponent of the last one: equal for equal values. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return '0';
  const kept = digits.replace(/0+$/, '');
  return `${sign}${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}
