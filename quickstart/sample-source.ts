/** The made-up company as a source: two files below `CSV_ROOT`. */
export const SAMPLE_SOURCE = {
  name: 'sample-company',
  type: 'csv',
  title: 'Sample company',
  config: { users: { file: 'users.csv' }, departments: { file: 'departments.csv' } },
  schedule: { cron: '30 2 * * *', timezone: 'UTC' },
} as const;
