/** Record field → the LDAP attributes that may contain it; the first one with a value is used. */
export type FieldAttributes = Readonly<Record<string, readonly string[]>>;

/** The names of a family of servers. */
export interface LdapPreset {
  readonly idAttribute: string;
  readonly users: { readonly filter: string; readonly fields: FieldAttributes };
  readonly departments: { readonly filter: string; readonly fields: FieldAttributes };
  /** Whether `active` is determined by userAccountControl and accountExpires. */
  readonly accountRule: boolean;
}

/** The kinds of directory whose attributes are known. */
export const LDAP_PRESET_NAMES = ['openldap', 'ad'] as const;
/** One of `LDAP_PRESET_NAMES`. */
export type LdapPresetName = (typeof LDAP_PRESET_NAMES)[number];

/** The attributes and filters of each kind of directory, which the options of a source can override. */
export const LDAP_PRESETS: Readonly<Record<LdapPresetName, LdapPreset>> = {
  openldap: {
    idAttribute: 'entryUUID',
    users: {
      filter: '(objectClass=inetOrgPerson)',
      fields: {
        username: ['uid'],
        nickname: ['displayName', 'cn'],
        email: ['mail'],
        phone: ['mobile', 'telephoneNumber'],
        title: ['title'],
        managerUid: ['manager'],
      },
    },
    departments: { filter: '(objectClass=organizationalUnit)', fields: { title: ['ou'], owners: ['managedBy'] } },
    accountRule: false,
  },
  ad: {
    idAttribute: 'objectGUID',
    users: {
      // objectClass=user alone matches computers too.
      filter: '(&(objectCategory=person)(objectClass=user))',
      fields: {
        username: ['sAMAccountName'],
        nickname: ['displayName', 'cn'],
        email: ['mail', 'userPrincipalName'],
        phone: ['mobile', 'telephoneNumber'],
        title: ['title'],
        managerUid: ['manager'],
      },
    },
    departments: {
      filter: '(objectClass=organizationalUnit)',
      fields: { title: ['ou', 'name'], owners: ['managedBy'] },
    },
    accountRule: true,
  },
};
