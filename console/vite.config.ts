import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run console:dev` finds the API; e.g. the quickstart's. */
const api = process.env['ROLLCALL_API'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: folder('.'),
  cacheDir: folder('../node_modules/.vite'),
  build: {
    outDir: folder('../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    // Nothing of the console may stand in a page's own lines: the content security policy forbids it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: 5173,
    strictPort: false,
    proxy: Object.fromEntries(['/api', '/admin', '/healthz'].map((path) => [path, { target: api }])),
  },
});
