import { SourceReadError } from '../../domain/errors.js';
import { resultCode } from './result-codes.js';

/** The server's size limit, named so that an admin can raise it. */
export function limitError(error: unknown, seen: number | null): SourceReadError {
  const after = seen === null ? '' : ` after ${seen} entries`;
  return new SourceReadError(
    `The server's size limit ends the search${after} (result code ${resultCode(error)}), however small ` +
      'the pages are. Raise the limits for the bind DN (OpenLDAP: "limits dn.exact=… size.prtotal=unlimited ' +
      'size.pr=unlimited"; 389-ds: nsSizeLimit and nsLookThroughLimit; AD: MaxPageSize, MaxResultSetSize), then sync ' +
      'again. Nothing was taken for gone.',
    { cause: error, retry: false },
  );
}
