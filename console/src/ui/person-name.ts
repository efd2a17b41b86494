/** What people call a user; who has no name at all goes by the id. */
export function personName(user: {
  readonly id: string;
  readonly nickname: string | null;
  readonly username: string | null;
  readonly email?: string | null;
}): string {
  return user.nickname ?? user.username ?? user.email ?? user.id;
}
