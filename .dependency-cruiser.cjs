/** Who may import whom. Each rule carries its reason; docs/architecture.md has the table in words. */
const TEST_CODE = '\\.(test|contract)\\.ts$|^src/testing/|^console/e2e/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle has no beginning to read from.', {}, { circular: true }),
    rule(
      'domain-is-pure',
      'The rules must be readable and testable without the world: only zod and pure value libraries.',
      { path: '^src/domain/', pathNot: TEST_CODE },
      {
        pathNot: [
          '^src/domain/',
          'node_modules/(zod|unhomoglyph|libphonenumber-js|cron-parser)/',
          '^(node:)?(url|crypto|util)$',
        ],
      },
    ),
    rule(
      'adapters-only-read',
      'An adapter sees its own folder, the shared kit, the interface, the words, the HTTP layer, the text decoder and the ciphers of callbacks; never our database or another adapter.',
      { path: '^src/sources/([^/]+)/', pathNot: TEST_CODE },
      {
        path: '^(src|workers|prisma)/',
        pathNot: [
          '^src/sources/$1/',
          '^src/sources/kit/',
          '^src/sources/source-adapter\\.ts$',
          '^src/domain/',
          '^src/sources/kit/',
          '^src/outbound/(http-client|egress|callbacks)/',
          '^src/platform/text/',
        ],
      },
    ),
    rule(
      'adapters-know-no-server',
      'Adapters run in any process: no database, queue or web server inside.',
      { path: '^src/sources/', pathNot: TEST_CODE },
      { path: 'node_modules/(pg|@prisma|bullmq|ioredis|express)/|^src/(generated|config)' },
    ),
    rule(
      'targets-land-records',
      'A target knows the words and the database, not where records come from.',
      { path: '^src/targets/', pathNot: TEST_CODE },
      { path: '^(src|workers)/', pathNot: ['^src/targets/', '^src/domain/', '^src/platform/', '^src/generated/'] },
    ),
    rule(
      'phases-meet-in-rows',
      'pull, plan and apply meet only through database rows and domain types.',
      { path: '^src/pipeline/(pull|plan|apply|finish)/', pathNot: TEST_CODE },
      { path: '^src/pipeline/(pull|plan|apply|finish)/', pathNot: '^src/pipeline/$1/' },
    ),
    rule(
      'pipeline-knows-no-edge',
      'The flow does not know who rang the bell.',
      { path: '^src/pipeline/', pathNot: TEST_CODE },
      { path: '^src/(http|queue|tasks)/|^workers/|node_modules/(express|bullmq)/' },
    ),
    rule(
      'tasks-know-no-worker',
      'The life of a task is asked for by the API and the workers alike.',
      { path: '^src/tasks/', pathNot: TEST_CODE },
      { path: '^src/(access|cli|directory|http|outbound|pipeline|secrets|sources|targets)/|^workers/' },
    ),
    rule(
      'http-never-syncs',
      'The API makes tasks; only workers run them.',
      { path: '^src/http/', pathNot: TEST_CODE },
      { path: '^src/pipeline/|^workers/' },
    ),
    rule(
      'workers-serve-no-http',
      'A worker serves no HTTP requests.',
      { path: '^workers/', pathNot: TEST_CODE },
      { path: '^src/http/' },
    ),
    rule(
      'src-stands-alone',
      'The processes import src, never the other way round.',
      { path: '^src/', pathNot: TEST_CODE },
      { path: '^(workers|console|quickstart|bench)/' },
    ),
    rule(
      'nothing-imports-the-command-line',
      'Commands are entry points.',
      { path: '^(src|workers)/', pathNot: ['^src/cli/', TEST_CODE] },
      { path: '^src/cli/' },
    ),
    rule(
      'commands-import-no-http',
      'A command works on the database without a web server.',
      { path: '^src/cli/', pathNot: TEST_CODE },
      { path: '^src/http/|node_modules/express/' },
    ),
    rule(
      'outbound-is-below-the-product',
      'Calls to other systems: no database but for the rate limits that workers share, no task, no web server.',
      { path: '^src/outbound/', pathNot: TEST_CODE },
      { path: '^(src|workers)/', pathNot: ['^src/(outbound|platform|domain|generated)/'] },
    ),
    rule(
      'access-secrets-audit-directory-are-below-http',
      'Accounts, sealing, the audit log and the directory are used by the API, workers and commands alike.',
      { path: '^src/(access|secrets|audit|directory)/', pathNot: TEST_CODE },
      { path: '^src/(http|cli|pipeline)/|^workers/|node_modules/express/' },
    ),
    rule(
      'platform-has-no-product-words',
      'platform wraps libraries; it must not know what a task is.',
      { path: '^src/platform/', pathNot: TEST_CODE },
      { path: '^src/', pathNot: ['^src/platform/', '^src/generated/', '^src/domain/(errors|record|numeral)\\.ts$'] },
    ),
    rule(
      'prisma-in-stores-only',
      'Statements live where their reader looks for them.',
      {
        path: '^(src|workers)/',
        pathNot: ['\\.(store|target)\\.ts$', '^src/platform/db\\.ts$', '^src/generated/', TEST_CODE],
      },
      { path: '^src/generated/|node_modules/@prisma/' },
    ),
    rule(
      'bullmq-in-queue-and-workers',
      'One place knows the queue library, one place knows its retry.',
      { path: '^(src|workers)/', pathNot: ['^src/queue/', '^workers/', '^src/http/board/bull-board', TEST_CODE] },
      { path: 'node_modules/(bullmq|ioredis)/' },
    ),
    rule(
      'console-knows-shapes-only',
      'The console speaks to the API over HTTP; of the server it knows the types of answers, and nothing at run time.',
      { path: '^console/src/', pathNot: TEST_CODE },
      { path: '^(src|workers|prisma|quickstart)/', dependencyTypesNot: ['type-only'] },
    ),
    rule('testing-in-tests-only', 'Test helpers never ship.', { pathNot: TEST_CODE }, { path: '^src/testing/' }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/generated/.*' },
  },
};
