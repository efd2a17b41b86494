import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The two parts of a key's text that matter. */
export interface KeyParts {
  /** The key row's UUID. */
  readonly id: string;
  /** 256 random bits in base64url. */
  readonly secret: string;
}

const FORMAT = /^rck_([0-9a-f]{32})_([A-Za-z0-9_-]{43})_([0-9A-Za-z]{6})$/;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Makes the text of a new key: `rck_<id>_<secret>_<checksum>`. It is shown once and never stored. */
export function newKeyText(id: string): string {
  const body = `rck_${id.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;
  return `${body}_${checksum(body)}`;
}

/** Takes a key's text apart; null when it can't be one. The checksum spares the database typing errors. */
export function parseKeyText(text: string): KeyParts | null {
  const [, hex, secret, sum] = FORMAT.exec(text) ?? [];
  if (hex === undefined || secret === undefined || sum === undefined) return null;
  if (checksum(text.slice(0, -sum.length - 1)) !== sum) return null;
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret };
}

/** What is stored of the secret. 256 random bits need no slow hash. */
export function hashKeySecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret, 'utf8').digest());
}

/** CRC-32 in six base-62 digits; tells a mistyped or cut key, proves nothing. */
function checksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at += 1) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
