import type { TestCertificates } from './test-certificates.js';

/**
 * What the standard schema lacks: a unit's `managedBy`, and enough of Active Directory's attributes and classes to give
 * a tree its shape (object identifiers of a private arc; the real ones would clash with nothing here, but are not ours).
 */
export const TEST_SCHEMA = `
objectidentifier rc 1.3.6.1.4.1.55555.1
attributetype ( rc:1 NAME 'managedBy' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE )
attributetype ( rc:2 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( rc:3 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( rc:4 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:5 NAME 'userAccountControl' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( rc:6 NAME 'accountExpires' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( rc:7 NAME 'uSNChanged' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( rc:8 NAME 'objectCategory' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( rc:9 NAME 'invocationId' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:10 NAME 'highestCommittedUSN' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( rc:11 NAME 'dsServiceName' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE )
attributetype ( rc:12 NAME 'thumbnailPhoto' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:13 NAME 'logonHours' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:14 NAME 'objectSid' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:15 NAME 'mS-DS-ConsistencyGuid' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( rc:16 NAME 'proxyAddresses' EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( rc:17 NAME 'nsAccountLock' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( rc:20 NAME 'managedUnit' SUP top AUXILIARY MAY ( managedBy $ objectGUID $ uSNChanged ) )
objectclass ( rc:21 NAME 'user' SUP inetOrgPerson STRUCTURAL MAY ( sAMAccountName $ userPrincipalName $ objectGUID $ userAccountControl $ accountExpires $ uSNChanged $ objectCategory $ thumbnailPhoto $ logonHours $ objectSid $ mS-DS-ConsistencyGuid $ proxyAddresses $ nsAccountLock ) )
objectclass ( rc:22 NAME 'nTDSDSA' SUP top STRUCTURAL MUST cn MAY invocationId )
`;

/** The same, with accounts that any text can be written to. */
export const TEXT_ACCOUNTS_SCHEMA = TEST_SCHEMA.replaceAll(
  /(NAME '(?:userAccountControl|accountExpires)') [^)]* SINGLE-VALUE/g,
  '$1 EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15',
);

/** The attributes whose values slapo-refint keeps up to date. */
export const REFERENCES = ['manager', 'managedBy', 'member'] as const;

/** What a slapd.conf is made of. */
export interface SlapdConfig {
  readonly folder: string;
  readonly suffix: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly readerDn: string;
  /** The reader's limits, e.g. `size.soft=100 size.hard=1000`. */
  readonly limits: string;
  readonly access: readonly string[];
  readonly isSchemaHidden: boolean;
  readonly overlays: readonly string[];
  readonly rootDseFile: string | null;
  readonly certificates: TestCertificates | null;
}

/** A slapd.conf for one small database with its own schema. */
export function slapdConfig(config: SlapdConfig): string {
  const { folder, certificates, rootDseFile } = config;
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const tls = certificates && [
    `TLSCACertificateFile ${certificates.caFile}`,
    `TLSCertificateFile ${certificates.certFile}`,
    `TLSCertificateKeyFile ${certificates.keyFile}`,
  ];
  return [
    ...schemas,
    `include ${folder}/test.schema`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    ...config.overlays.map((name) => `moduleload ${name}`),
    `pidfile ${folder}/slapd.pid`,
    ...(rootDseFile === null ? [] : [`rootDSE ${rootDseFile}`]),
    ...(tls ?? []),
    ...(config.isSchemaHidden ? ['access to dn.base="cn=Subschema" by * none', 'access to * by * read'] : []),
    'database mdb',
    'maxsize 268435456',
    `suffix "${config.suffix}"`,
    `rootdn "${config.adminDn}"`,
    `rootpw ${config.adminPassword}`,
    `directory ${folder}/data`,
    'dbnosync',
    'index objectClass,entryUUID,modifyTimestamp eq',
    `limits dn.exact="${config.readerDn}" ${config.limits}`,
    ...config.access.map((line) => `access ${line}`),
    ...config.overlays.map((name) => `overlay ${name}`),
    ...(config.overlays.includes('refint') ? [`refint_attributes ${REFERENCES.join(' ')}`] : []),
    '',
  ].join('\n');
}
