/** The external id of a member: WeCom's userid in lower case, because its case has no meaning (path/90197). */
export const userKey = (userid: string): string => userid.toLowerCase();
