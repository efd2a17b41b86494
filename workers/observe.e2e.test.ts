import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/platform/free-port.js';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';

let database: TestDatabase;
let system: System;
let sink: Server;
let folder: string;
let metricsPort: number;
/** What the collector got: protobuf, in which names stand as they are. */
const received: { path: string | undefined; type: string | undefined; text: string }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  await writeFile(join(folder, 'users.csv'), 'uid,username\n1,ann\n2,bo\n3,cy\n');
  sink = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      received.push({ path: request.url, type: request.headers['content-type'], text });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  metricsPort = await freePort();
  database = await createTestDatabase();
  system = await startSystem({
    databaseUrl: database.url,
    csvRoot: folder,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      WORKER_METRICS_PORT: String(metricsPort),
    },
  });
});
afterAll(async () => {
  await system?.stop();
  sink.closeAllConnections();
  sink.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('a sync is traced from the request through the queue to its phases, and counted by its worker', async () => {
  const config = { users: { file: 'users.csv' } };
  await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'csv', title: 'HR', config });
  const { body } = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
  expect((await system.untilEnded(body.id)).status).toBe('succeeded');

  const sent = () => received.map(({ text }) => text).join('\n');
  const spans = [
    'POST /api/v1/sources/{name}/sync',
    'add rollcall-sync',
    'process rollcall-sync',
    'pull',
    'plan',
    'apply',
  ];
  await waitFor(() => Promise.resolve(spans.every((name) => sent().includes(name)) && sent().includes(body.id)));
  expect(new Set(received.map(({ path, type }) => `${path} ${type}`))).toEqual(
    new Set(['/v1/traces application/x-protobuf']),
  );
  expect(sent()).toContain('rollcall-api');
  expect(sent()).toContain('rollcall-worker');
  expect(sent()).not.toMatch(/\bann\b|\busername\b/);

  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(text).toContain('rollcall_records_total{phase="pull"} 3');
  expect(text).toContain('rollcall_phase_duration_seconds_count{phase="apply"} 1');
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect((await fetch(`http://127.0.0.1:${metricsPort}/else`)).status).toBe(404);
});
