/** Everything that was measured, by name, each in the order of the runs. */
export class Samples {
  private readonly values = new Map<string, number[]>();
  private readonly texts = new Map<string, string>();

  add(name: string, value: number): void {
    this.values.set(name, [...this.of(name), value]);
  }

  /** Empty when nothing was measured under this name. */
  of(name: string): readonly number[] {
    return this.values.get(name) ?? [];
  }

  /** Keeps something that is no number; the last word stands. */
  note(name: string, text: string): void {
    this.texts.set(name, text);
  }

  noted(name: string): string | undefined {
    return this.texts.get(name);
  }

  toJSON(): { readonly values: object; readonly notes: object } {
    return { values: Object.fromEntries(this.values), notes: Object.fromEntries(this.texts) };
  }
}
