import { SourceAuthError, SourceReadError } from '../../domain/errors.js';

/** The credential may not call this API, or not for this member or department. */
export class WecomRightError extends SourceAuthError {}

/** There is no such member or department (any more). */
export class WecomNotFoundError extends SourceReadError {}
