import { createEgress, type Egress } from '../egress/egress.js';

const THIS_MACHINE = createEgress({ allow: ['127.0.0.0/8', '::1'], ports: ['1-65535'] });

/** Where a client may go that was not told: to public addresses only, or to this very machine only with `allowHttp`. */
export function egressOf(asked: {
  readonly allowHttp?: boolean | undefined;
  readonly egress?: Egress | undefined;
}): Egress | undefined {
  return asked.egress ?? (asked.allowHttp ? THIS_MACHINE : undefined);
}
