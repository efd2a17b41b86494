/** Pages on their way to the database while the next one is made: one at a time, in the order of their coming. */
export class InFlight {
  private page: Promise<void> = Promise.resolve();

  /** Sends the next page off when the one before is through. @throws what became of that one. */
  async send(commit: () => Promise<void>): Promise<void> {
    await this.page;
    this.page = commit();
    // It is waited for later; the process must not call it unhandled until then.
    this.page.catch(() => undefined);
  }

  /** Waits for the last page. @throws what became of it. */
  async landed(): Promise<void> {
    await this.page;
  }

  /** Waits until nothing is on its way, whatever became of it: for when another error matters more. */
  async rest(): Promise<void> {
    await this.page.catch(() => undefined);
  }
}
