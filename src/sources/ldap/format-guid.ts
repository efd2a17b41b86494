/**
 * The text form of Active Directory's 16 id bytes: the first three groups are little-endian, the last two are not
 * (MS-DTYP 2.3.4.2). null when there aren't 16 bytes.
 */
export function formatGuid(bytes: Buffer): string | null {
  if (bytes.length !== 16) return null;
  const groups = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10, 16),
  ];
  return groups.map((group) => group.toString('hex')).join('-');
}
