/** The API that is attacked. */
export interface Attacked {
  readonly baseUrl: string;
  readonly apiPid: number;
  /** A push-only key. */
  readonly pushKey: string;
  /** A viewer's key of the attacker. */
  readonly viewKey: string;
  /** A CSV export that is larger than the buffers of a connection. */
  readonly exportPath: string;
  /** Of another client, which reads. */
  readonly readKey: string;
}

/** What was answered to the attackers: status and code → number. */
export type Answers = Readonly<Record<string, number>>;

/** One way to keep an API busy. */
export interface AbuseScene {
  readonly name: string;
  attack(attacked: Attacked): Promise<Answers>;
}
