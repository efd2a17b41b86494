/** What to show when everything runs. */
export interface FarewellOptions {
  readonly url: string;
  readonly key: string;
  readonly logFolder: string;
}

/** Where to go from here. */
export function farewell({ url, key, logFolder }: FarewellOptions): string {
  return `
Rollcall runs until you press Ctrl-C.
  API docs     ${url}/api/docs
  Bull Board   ${url}/admin/queues   (any user name, the key below as the password)
  Admin key    ${key}
  Logs         ${logFolder}

Try it:
  curl -H "Authorization: Bearer ${key}" "${url}/api/v1/users?limit=3"
  curl -H "Authorization: Bearer ${key}" -X POST ${url}/api/v1/sources/sample-company/sync
`;
}
