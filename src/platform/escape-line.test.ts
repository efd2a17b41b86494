import fc from 'fast-check';
import { LOG_TEXTS, TERMINAL_CONTROLS_RAW } from '../testing/attacks/log-texts.js';
import { escapeLine } from './logger.js';

test.each(LOG_TEXTS)('%j stays one line that nothing obeys, and means the same', (text) => {
  const line = escapeLine(JSON.stringify({ message: text, [text]: 1 }));
  expect(line).not.toMatch(TERMINAL_CONTROLS_RAW);
  expect(JSON.parse(line)).toEqual({ message: text, [text]: 1 });
});

test('any value means the same afterwards', () => {
  const value = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(value, (given) => {
      const line = escapeLine(JSON.stringify(given));
      expect(line).not.toMatch(TERMINAL_CONTROLS_RAW);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(given)));
    }),
  );
});

test('ordinary texts stay readable', () => {
  expect(escapeLine('{"title":"研发 · Zürich 🙂"}')).toBe('{"title":"研发 · Zürich 🙂"}');
});
