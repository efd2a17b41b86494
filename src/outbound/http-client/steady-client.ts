import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { JsonClient } from './json-client.js';

/**
 * Takes the blame off the options once the system has answered: a proxy's page, a redirect or another refusal in the
 * middle of a read says nothing of the address, so the read is to be done again.
 */
export function steadyClient(client: JsonClient): JsonClient {
  let answered = false;
  return {
    async call(call) {
      try {
        const answer = await client.call(call);
        answered = true;
        return answer;
      } catch (error) {
        if (answered && error instanceof SourceConfigError) throw new SourceReadError(error.message, { cause: error });
        throw error;
      }
    },
    close: () => client.close(),
  };
}
