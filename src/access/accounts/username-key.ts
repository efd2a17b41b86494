/** What a username may be: a name or an e-mail address, without blanks, slashes and colons. */
export const USERNAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u;

/** Usernames as they are compared: one spelling of each, without case. */
export function usernameKeyOf(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}
