import { text } from './text-schema.js';

/** One character each; all but the first are one code point in two UTF-16 units. */
const CHARACTERS = [
  ['a Latin letter', 'x'],
  ['a Chinese character', '部'],
  ['a Chinese character of extension B', '𠮷'],
  ['an emoji', '🙂'],
  ['a flag letter', '🇩'],
  ['a mathematical letter', '𝒜'],
  ['a Gothic letter', '𐌰'],
  ['a combining accent', '\u0301'],
] as const;

describe('a text of 255 characters is taken, one of 256 is not', () => {
  const name = text({ max: 255 });
  test.each(CHARACTERS)('%s', (_name, character) => {
    expect(name.safeParse(character.repeat(255)).success).toBe(true);
    expect(name.safeParse(character.repeat(254) + 'x').success).toBe(true);
    const { error } = name.safeParse(character.repeat(256));
    expect(error?.issues).toMatchObject([{ code: 'too_big', maximum: 255 }]);
    expect(error?.issues[0]?.message).toBe('Too big: expected string to have <=255 characters');
  });
});

test('white space around a text is not counted where it is taken off', () => {
  const title = text({ max: 255, trim: true });
  expect(title.parse(` ${'🙂'.repeat(255)}\n`)).toBe('🙂'.repeat(255));
  expect(title.safeParse('   ').success).toBe(false);
});

test('a text that may be empty', () => {
  expect(text({ min: 0, max: 3 }).safeParse('').success).toBe(true);
  expect(text({ max: 3 }).safeParse('').success).toBe(false);
});
