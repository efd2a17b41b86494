/** The list of an editable combobox: whether it is open, and which option is active. */
export interface ListState {
  readonly isOpen: boolean;
  /** The position of the active option; null = the cursor is in the text. */
  readonly active: number | null;
}

/** A key that the list handles itself. */
export interface KeyEffect {
  readonly state: ListState;
  /** The position of the option that is chosen. */
  readonly chosen?: number;
  /** Whether the key keeps its own effect in the text: Home moves the cursor to the start. */
  readonly isNative: boolean;
}

/** A closed list. */
export const CLOSED: ListState = { isOpen: false, active: null };

/** Keys that move the cursor in the text; no option is active then. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['Home', 'End', 'ArrowLeft', 'ArrowRight']);
const CLOSES: KeyEffect = { state: CLOSED, isNative: false };

/**
 * The effect of a key on the list, by the ARIA Authoring Practices for an editable combobox with list autocomplete:
 * arrows move through the options and around their ends, Enter chooses, Escape closes.
 * @param count the number of options.
 * @returns null for a key that does not concern the list.
 */
export function pressKey(
  { key, altKey }: { readonly key: string; readonly altKey: boolean },
  { isOpen, active }: ListState,
  count: number,
): KeyEffect | null {
  if (key === 'ArrowDown') return opens(altKey || count === 0 ? null : below(active, count - 1));
  if (key === 'ArrowUp') return altKey ? CLOSES : opens(count === 0 ? null : above(active, count - 1));
  if (!isOpen) return null;
  if (key === 'Enter') return chooses(active, count);
  if (key === 'Escape') return CLOSES;
  return TEXT_KEYS.has(key) ? { state: { isOpen, active: null }, isNative: true } : null;
}

const opens = (active: number | null): KeyEffect => ({ state: { isOpen: true, active }, isNative: false });

const chooses = (active: number | null, count: number): KeyEffect =>
  active === null || active >= count ? CLOSES : { ...CLOSES, chosen: active };

const below = (active: number | null, last: number): number => (active === null || active >= last ? 0 : active + 1);

/** The list may have become shorter than the active position. */
const above = (active: number | null, last: number): number =>
  active === null || active === 0 ? last : Math.min(active - 1, last);
