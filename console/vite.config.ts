import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run console:dev` finds the API; e.g. the quickstart's. */
const api = process.env['ROLLCALL_API'] ?? 'http://127.0.0.1:3000';

/** The form library names this validator for its own tests only; it would need `unsafe-eval`, and is not installed. */
const noValidator: Plugin = {
  name: 'no-compiling-validator',
  resolveId: (id) => (id === '@rjsf/validator-ajv8' ? '\0no-validator' : null),
  load: (id) => (id === '\0no-validator' ? 'export default undefined;' : null),
};

export default defineConfig({
  root: folder('.'),
  plugins: [noValidator],
  cacheDir: folder('../node_modules/.vite'),
  build: {
    outDir: folder('../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    // Browsers that know light-dark(): rewriting it would tie it to another colour scheme than the theme's.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing of the console may stand in a page's own lines: the content security policy forbids it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // A few files instead of dozens; what only a late screen needs (forms, charts) stays with it.
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'vendor',
              test: /node_modules\/(react|react-dom|scheduler|react-i18next|i18next|wouter|regexparam|@tanstack\/(react-query|query-core)|@floating-ui)\//,
            },
            { name: 'shared', test: /console\/src\/(api|app|i18n\/(format|i18n|en)|parts)[./]/ },
          ],
        },
      },
      // "use client" means something to servers that render React; there is none here.
      onLog: (level, log, tell) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : tell(level, log)),
    },
  },
  server: {
    port: 5173,
    strictPort: false,
    proxy: Object.fromEntries(['/api', '/admin', '/healthz'].map((path) => [path, { target: api }])),
  },
});
