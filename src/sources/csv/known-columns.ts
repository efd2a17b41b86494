/** Field → other usual names of its column, in lower case without spaces, dashes, dots and underscores. */
export type KnownColumns = Readonly<Record<string, readonly string[]>>;

/** The columns of a users file that mean a field; all others are custom fields. */
export const USER_COLUMNS = {
  uid: ['id', 'userid', 'employeeid', 'employeenumber', 'staffid'],
  username: ['login', 'loginname', 'account'],
  nickname: ['name', 'displayname', 'fullname'],
  email: ['mail', 'emailaddress'],
  phone: ['mobile', 'mobilephone', 'telephone', 'phonenumber'],
  title: ['jobtitle', 'position'],
  managerUid: ['managerid'],
  active: ['enabled'],
  departments: ['department', 'dept', 'departmentid', 'departmentids'],
  ownerOf: [],
} as const satisfies KnownColumns;

/** The columns of a departments file whose rows have ids. */
export const DEPARTMENT_COLUMNS = {
  uid: ['id', 'departmentid'],
  title: ['name', 'departmentname'],
  parentUid: ['parent', 'parentid'],
  order: ['sort'],
} as const satisfies KnownColumns;

/** The only column of a departments file whose rows are paths. */
export const PATH_COLUMNS = { path: ['departmentpath'] } as const satisfies KnownColumns;
