/** Writes a page while the next one is prepared: one page at a time, in order. */
export class WriteBehind {
  private page: Promise<void> = Promise.resolve();

  /** Starts the write of the next page when the one before is done. @throws the error of that one. */
  async send(commit: () => Promise<void>): Promise<void> {
    await this.page;
    this.page = commit();
    // Awaited later; until then, avoid an unhandled rejection.
    this.page.catch(() => undefined);
  }

  /** Waits for the last page. @throws its error. */
  async flush(): Promise<void> {
    await this.page;
  }

  /** Waits for the last page and ignores its error, for use when another error is more important. */
  async settle(): Promise<void> {
    await this.page.catch(() => undefined);
  }
}
