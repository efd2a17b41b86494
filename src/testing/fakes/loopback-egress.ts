import { createEgress } from '../../outbound/egress/egress.js';

/** What tests allow: servers on this very machine, on any port. */
export const loopbackEgress = createEgress({ allow: ['127.0.0.0/8', '::1/128'], ports: ['1-65535'] });
