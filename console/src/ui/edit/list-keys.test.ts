import { CLOSED, pressKey, type ListState } from './list-keys.js';

const press = (key: string, state: ListState, count = 3) => pressKey({ key, altKey: false }, state, count);
const at = (active: number | null): ListState => ({ isOpen: true, active });

// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ (keyboard interaction)
describe('keys of an editable combobox with list autocomplete', () => {
  test('Down opens the list and goes to the first option, Up to the last', () => {
    expect(press('ArrowDown', CLOSED)?.state).toEqual(at(0));
    expect(press('ArrowUp', CLOSED)?.state).toEqual(at(2));
  });

  test('arrows move through the options and around their ends', () => {
    expect(press('ArrowDown', at(0))?.state).toEqual(at(1));
    expect(press('ArrowDown', at(2))?.state).toEqual(at(0));
    expect(press('ArrowUp', at(1))?.state).toEqual(at(0));
    expect(press('ArrowUp', at(0))?.state).toEqual(at(2));
  });

  test('Alt with Down opens the list without going to an option, Alt with Up closes it', () => {
    expect(pressKey({ key: 'ArrowDown', altKey: true }, CLOSED, 3)?.state).toEqual(at(null));
    expect(pressKey({ key: 'ArrowUp', altKey: true }, at(1), 3)?.state).toEqual(CLOSED);
  });

  test('Enter chooses the active option and closes the list', () => {
    expect(press('Enter', at(1))).toEqual({ state: CLOSED, chosen: 1, isNative: false });
  });

  test('Enter without an active option only closes the list; the form is not sent', () => {
    expect(press('Enter', at(null))).toEqual({ state: CLOSED, isNative: false });
  });

  test('Escape closes the list', () => {
    expect(press('Escape', at(1))).toEqual({ state: CLOSED, isNative: false });
  });

  test.each(['Home', 'End', 'ArrowLeft', 'ArrowRight'])(
    '%s goes back to the text and moves the cursor there',
    (key) => {
      expect(press(key, at(1))).toEqual({ state: at(null), isNative: true });
    },
  );

  test('a closed list leaves Enter, Escape and Home to the form, and an open one leaves characters to the text', () => {
    for (const key of ['Enter', 'Escape', 'Home', 'a']) expect(press(key, CLOSED)).toBeNull();
    for (const key of ['a', 'Tab', 'Backspace']) expect(press(key, at(0))).toBeNull();
  });

  test('a list without options has no active one, also when it became shorter', () => {
    expect(press('ArrowDown', at(null), 0)?.state).toEqual(at(null));
    expect(press('ArrowUp', at(null), 0)?.state).toEqual(at(null));
    expect(press('Enter', at(5), 3)).toEqual({ state: CLOSED, isNative: false });
    expect(press('ArrowDown', at(5), 3)?.state).toEqual(at(0));
    expect(press('ArrowUp', at(5), 3)?.state).toEqual(at(2));
  });
});
