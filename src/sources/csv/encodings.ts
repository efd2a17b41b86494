import { analyse } from 'chardet';
import { SourceConfigError } from '../../domain/errors.js';

/** How much of a file is looked at to find its encoding. */
export const SAMPLE_BYTES = 65_536;

/** The least that chardet must be sure, of 100. Below, letters would be guessed. */
const SURE = 50;

/** Of these, chardet knows how often each character is used; for others a good score proves little. */
const PROVABLE = new Set(['GB18030', 'Big5', 'Shift_JIS', 'EUC-JP', 'EUC-KR']);

/** Whether the name is an encoding that the platform decodes (WHATWG Encoding labels). */
export function isKnownEncoding(label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the encoding of a file by its first bytes.
 * @throws SourceConfigError when it isn't sure: a wrong guess would garble names
 */
export function detectEncoding(sample: Buffer, label: string): string {
  const marked = byMark(sample);
  if (marked !== null) return marked;
  if (sample.includes(0)) return byZeros(sample, label);
  if (isUtf8(sample)) return 'utf-8';
  const [best] = analyse(sample);
  if (best && PROVABLE.has(best.name) && best.confidence >= SURE) return best.name;
  const looks = best ? ` It may be ${best.name}.` : '';
  throw new SourceConfigError(`The ${label} is not UTF-8.${looks} Set "encoding", e.g. "gb18030" or "windows-1252".`);
}

function byMark(sample: Buffer): string | null {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  return null;
}

/** In UTF-16, commas, line ends and Latin letters have a zero byte, all on one side; few other characters have one. */
function byZeros(sample: Buffer, label: string): string {
  const zeros = { even: 0, odd: 0 };
  for (let at = sample.indexOf(0); at !== -1; at = sample.indexOf(0, at + 1)) zeros[at % 2 === 0 ? 'even' : 'odd'] += 1;
  if (zeros.odd > zeros.even * 3) return 'utf-16le';
  if (zeros.even > zeros.odd * 3) return 'utf-16be';
  throw new SourceConfigError(`The ${label} is no text file.`);
}

function isUtf8(sample: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}
