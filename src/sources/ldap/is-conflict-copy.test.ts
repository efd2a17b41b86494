import { expect, test } from '@jest/globals';
import { isConflictCopy } from './sweep.js';

const GUID = '6bfc1f2e-4a0e-4d3b-9d5f-1c2b3a4d5e6f';

test.each([
  ['as AD and Samba write it', `CN=Bob\\0ACNF:${GUID},OU=Team,DC=x`, true],
  ['in lower case', `cn=Bob\\0acnf:${GUID.toUpperCase()},dc=x`, true],
  ['with the line feed itself', `CN=Bob\nCNF:${GUID},DC=x`, true],
  ['with an escaped line feed', `CN=Bob\\\nCNF:${GUID},DC=x`, true],
  ['with a comma in the name', `CN=Ng\\, Bob\\0ACNF:${GUID},DC=x`, true],
  ['with Chinese in the name', `CN=王\\0ACNF:${GUID},DC=x`, true],
  ['a person in a unit that is a copy', `CN=Bob,OU=Team\\0ACNF:${GUID},DC=x`, false],
  ['a name that only has the letters', `CN=Bob CNF:${GUID},DC=x`, false],
  ['a name with a line feed', 'CN=Bob\\0ACNF: yes,DC=x', false],
  ['an escaped backslash before the digits', `CN=Bob\\\\0ACNF:${GUID},DC=x`, false],
  ['a deleted entry', `CN=Bob\\0ADEL:${GUID},CN=Deleted Objects,DC=x`, false],
  ['an ordinary entry', 'CN=Bob,DC=x', false],
])('a copy of replication: %s', (_, dn, expected) => {
  expect(isConflictCopy({ dn, attributes: new Map() })).toBe(expected);
});
