/** What to show when everything runs. */
export interface NextStepsOptions {
  readonly url: string;
  readonly key: string;
  /** As people type it. */
  readonly folder: string;
}

/** Where to go from here. */
export function nextSteps({ url, key, folder }: NextStepsOptions): string {
  return `
Rollcall runs until you press Ctrl-C.
  Console      ${url}   (create an account first, see below)
  API docs     ${url}/api/docs
  Bull Board   ${url}/admin/queues   (for admins, with the same account)
  Admin key    ${key}

Try it in another terminal:
  ${folder === '.rollcall' ? '' : `ROLLCALL_FOLDER='${folder}' `}npm run admin -- create --username admin --role admin --generate
  KEY=$(cat ${folder}/admin-key)
  curl -H "Authorization: Bearer $KEY" "${url}/api/v1/users?limit=3"
  curl -H "Authorization: Bearer $KEY" -X POST ${url}/api/v1/sources/sample-company/sync
`;
}
