/** The id of a member in our records: WeCom's userid whatever its case (path/90197). */
export const userKey = (userid: string): string => userid.toLowerCase();
