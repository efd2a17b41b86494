import type { FaultProcess } from '../src/testing/fault/fault-process.js';
import type { FaultApi, FaultWorld } from '../src/testing/fault/fault-world.js';
import { persist } from './persist.js';

/** The processes of a soak. The veteran is never killed, so that its memory tells something. */
export class Fleet {
  workers: FaultProcess[] = [];
  veteran!: FaultProcess;
  api!: FaultApi;

  constructor(
    private readonly world: FaultWorld,
    /** Where the veteran writes how late its event loop is. */
    private readonly probeFolder: string,
  ) {}

  async start(workers: number): Promise<void> {
    this.api = await this.world.startApi();
    const env = {
      NODE_OPTIONS: `--import=${new URL('../src/testing/loop-probe.mjs', import.meta.url).href}`,
      LOOP_PROBE: this.probeFolder,
    };
    this.veteran = await this.world.startWorker({ env });
    for (let at = 0; at < workers; at += 1) this.workers.push(await this.world.startWorker());
  }

  /** Kills a worker; another one takes its place. */
  async replaceWorker(at: number): Promise<void> {
    const dead = this.workers[at]!;
    await dead.kill();
    await dead.stop();
    this.workers[at] = await persist(() => this.world.startWorker());
  }

  async replaceApi(): Promise<void> {
    await this.api.kill();
    await this.api.stop();
    this.api = await persist(() => this.world.startApi());
  }

  /** Makes everything well again. */
  heal(): void {
    for (const one of [this.veteran, ...this.workers, this.api]) {
      one.thaw();
      one.postgres.heal();
      one.redis.heal();
    }
  }
}
