import { parseDescription } from './attribute-type.js';

/**
 * Attribute types with more than one name, or whose values are bytes: object identifier, then the names, the preferred
 * one first (RFC 2798, 4519, 4523, 4524, 4530 and the cosine schema).
 */
const TYPES = [
  '2.5.4.1 aliasedObjectName aliasedEntryName',
  '2.5.4.3 cn commonName',
  '2.5.4.4 sn surname',
  '2.5.4.5 serialNumber',
  '2.5.4.6 c countryName',
  '2.5.4.7 l localityName',
  '2.5.4.8 st stateOrProvinceName',
  '2.5.4.9 street',
  '2.5.4.10 o organizationName',
  '2.5.4.11 ou organizationalUnitName',
  '2.5.4.12 title',
  '2.5.4.13 description',
  '2.5.4.15 businessCategory',
  '2.5.4.16 postalAddress',
  '2.5.4.17 postalCode',
  '2.5.4.19 physicalDeliveryOfficeName',
  '2.5.4.20 telephoneNumber',
  '2.5.4.23 facsimileTelephoneNumber fax',
  '2.5.4.31 member',
  '2.5.4.32 owner',
  '2.5.4.34 seeAlso',
  '2.5.4.41 name',
  '2.5.4.42 givenName gn',
  '2.5.4.43 initials',
  '2.5.4.44 generationQualifier',
  '2.5.4.50 uniqueMember',
  '2.5.4.65 pseudonym',
  '0.9.2342.19200300.100.1.1 uid userid',
  '0.9.2342.19200300.100.1.3 mail rfc822Mailbox',
  '0.9.2342.19200300.100.1.5 drink favouriteDrink',
  '0.9.2342.19200300.100.1.6 roomNumber',
  '0.9.2342.19200300.100.1.10 manager',
  '0.9.2342.19200300.100.1.20 homePhone homeTelephoneNumber homeTelephone',
  '0.9.2342.19200300.100.1.21 secretary',
  '0.9.2342.19200300.100.1.25 dc domainComponent',
  '0.9.2342.19200300.100.1.40 personalTitle',
  '0.9.2342.19200300.100.1.41 mobile mobileTelephoneNumber',
  '0.9.2342.19200300.100.1.42 pager pagerTelephoneNumber',
  '0.9.2342.19200300.100.1.43 co friendlyCountryName',
  '2.16.840.1.113730.3.1.2 departmentNumber',
  '2.16.840.1.113730.3.1.3 employeeNumber',
  '2.16.840.1.113730.3.1.4 employeeType',
  '2.16.840.1.113730.3.1.39 preferredLanguage',
  '2.16.840.1.113730.3.1.241 displayName',
  '1.3.6.1.4.1.250.1.57 labeledURI',
  '1.3.6.1.1.16.4 entryUUID',
];

const IDENTITIES: ReadonlyMap<string, readonly string[]> = new Map(
  TYPES.flatMap((line) => {
    const [oid = '', ...names] = line.toLowerCase().split(' ');
    const all = [...names, oid];
    return all.map((name) => [name, all] as const);
  }),
);

/**
 * All names of an attribute in the standards, the preferred one first and the object identifier last; the name itself
 * if it is not in them.
 */
export function knownNames(type: string): readonly string[] {
  return IDENTITIES.get(type) ?? [type];
}

/**
 * Attributes whose values are bytes, in lower case: from the standards, Active Directory, Exchange, 389-ds and
 * eDirectory.
 */
const BINARY: ReadonlySet<string> = new Set(
  [
    ...['jpegPhoto', 'photo', 'audio', 'thumbnailPhoto', 'thumbnailLogo', 'x500UniqueIdentifier'],
    ...['userCertificate', 'cACertificate', 'userSMIMECertificate', 'userPKCS12', 'crossCertificatePair'],
    ...['authorityRevocationList', 'certificateRevocationList', 'deltaRevocationList', 'supportedAlgorithms'],
    ...['attributeCertificate', 'attributeCertificateAttribute', 'userCert', 'javaSerializedData', 'krbPrincipalKey'],
    ...['objectGUID', 'objectSid', 'mS-DS-ConsistencyGuid', 'mS-DS-CreatorSID', 'invocationId', 'sIDHistory'],
    ...['securityIdentifier', 'tokenGroups', 'tokenGroupsGlobalAndUniversal', 'tokenGroupsNoGCAcceptable'],
    ...['parentGUID', 'schemaIDGUID', 'attributeSecurityGUID', 'logonHours', 'userParameters', 'dnsRecord'],
    ...['nTSecurityDescriptor', 'msDS-AllowedToActOnBehalfOfOtherIdentity', 'replPropertyMetaData'],
    ...['replUpToDateVector', 'msDS-KeyCredentialLink-Binary', 'auditingPolicy', 'pKIKeyUsage', 'pKIExpirationPeriod'],
    ...['pKIOverlapPeriod', 'pKT', 'pKTGuid', 'lmPwdHistory', 'ntPwdHistory', 'dBCSPwd', 'unicodePwd'],
    ...['supplementalCredentials', 'terminalServer', 'msExchMailboxGuid', 'msExchMailboxSecurityDescriptor'],
    ...['msExchArchiveGUID', 'msExchMasterAccountSid', 'msExchBlockedSendersHash', 'msExchSafeSendersHash'],
    ...['msExchSafeRecipientsHash', 'msExchDisabledArchiveGUID', 'msRTCSIP-UserRoutingGroupId', 'GUID'],
    ...['networkAddress', 'sASLoginSecret', 'msTSProperty01', 'msDFSR-ReplicationGroupGuid'],
  ].map((name) => name.toLowerCase()),
);

/** Whether the values of an attribute are bytes, for use without a schema. */
export function isKnownBinary(type: string): boolean {
  return BINARY.has(type);
}

/** Passwords, their hashes and keys, by their names and object identifiers; in lower case. */
const PASSWORDS: ReadonlySet<string> = new Set([
  ...['userpassword', '2.5.4.35', 'authpassword', '1.3.6.1.4.1.4203.1.3.4', 'pwdhistory', '1.3.6.1.4.1.42.2.27.8.1.20'],
  ...['unicodepwd', '1.2.840.113556.1.4.90', 'dbcspwd', '1.2.840.113556.1.4.55'],
  ...['ntpwdhistory', '1.2.840.113556.1.4.94', 'lmpwdhistory', '1.2.840.113556.1.4.160'],
  ...['supplementalcredentials', '1.2.840.113556.1.4.125', 'passwordhistory', 'krbprincipalkey', 'ipanthash'],
  ...['sambantpassword', '1.3.6.1.4.1.7165.2.1.25', 'sambalmpassword', '1.3.6.1.4.1.7165.2.1.24'],
  ...['sambapasswordhistory', '1.3.6.1.4.1.7165.2.1.54'],
]);

/** Whether an attribute holds a password in any form: it has no business in a record. Options do not count. */
export function isPassword(description: string): boolean {
  return PASSWORDS.has(parseDescription(description).type);
}

/**
 * Attributes that a server computes or stores next to an entry: their values change without a new modifyTimestamp or
 * uSNChanged of the entry. Back links (MS-ADTS 3.1.1.1.6: an odd linkID), constructed attributes (MS-ADTS 3.1.1.4.5),
 * memberOf and similar attributes of OpenLDAP (slapo-memberof, slapo-dynlist), 389 DS and OpenDJ, states of
 * slapo-ppolicy and lastbind.
 */
const COMPUTED: ReadonlySet<string> = new Set(
  [
    ...['memberOf', '1.2.840.113556.1.2.102', 'isMemberOf', 'nsRole', 'nsAccountLock', 'hasMember', 'memberOfGroup'],
    ...['directReports', 'managedObjects', 'ownerBL', 'msDS-ObjectReferenceBL', 'msDS-MembersForAzRoleBL'],
    ...['msDS-NonMembersBL', 'msDS-IsPrimaryComputerFor', 'msDS-KeyPrincipalBL', 'secretaryBL'],
    ...['canonicalName', 'tokenGroups', 'msDS-User-Account-Control-Computed', 'msDS-UserAccountDisabled'],
    ...['msDS-UserPasswordExpired', 'msDS-UserPasswordExpiryTimeComputed', 'msDS-PrincipalName', 'msDS-ResultantPSO'],
    ...['msDS-memberOfTransitive', 'msDS-parentdistname', 'msds-tokenGroupNames'],
    ...['lastLogon', 'logonCount', 'badPwdCount', 'badPasswordTime', 'distinguishedName', 'entryDN'],
    ...['pwdAccountLockedTime', 'pwdFailureTime', 'pwdGraceUseTime', 'pwdLastSuccess', 'authTimestamp'],
  ].map((name) => name.toLowerCase()),
);

/**
 * Those of the attributes whose values are not covered by the change mark of the entry; options such as `;binary` are
 * ignored.
 */
export function listComputed(attributes: Iterable<string>): readonly string[] {
  return [...new Set(attributes)].filter((name) => COMPUTED.has(parseDescription(name).type));
}
