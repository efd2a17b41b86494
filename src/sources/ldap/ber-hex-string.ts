/** OCTET STRING, UTF8String, PrintableString, IA5String: the tags whose content is text. */
const TEXT_TAGS: ReadonlySet<number> = new Set([0x04, 0x0c, 0x13, 0x16]);

/** The text inside a DN value of the form `#04024869` (RFC 4514, section 2.4); null if it contains something else. */
export function decodeHexString(bytes: Buffer): Buffer | null {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || !TEXT_TAGS.has(tag)) return null;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || bytes.length < 2 + lengthBytes) return null;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const content = bytes.subarray(2 + lengthBytes);
  return content.length === length ? content : null;
}
