import { createFastClock } from '../../testing/fast-clock.js';
import { type FakeWecom, startFakeWecom } from '../../testing/fakes/fake-wecom.js';
import { fillWecom } from '../../testing/fakes/wecom-company.js';
import { memoryRateGovernor } from '../../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../../outbound/http-client/token-cache.js';
import { type AdapterFixture, describeAdapterContract, type Scene } from '../source-adapter.contract.js';
import { wecomAdapter } from './wecom.adapter.js';

describeAdapterContract({ name: 'wecom', create: createFixture });

const clock = createFastClock();
const world = { governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock, allowHttp: true };

const scene = (corp: FakeWecom, overrides: object = {}): Scene => ({
  adapter: wecomAdapter(world),
  config: {
    ...{ corpId: corp.corpId, appSecret: corp.appSecret, contactSecret: corp.contactSecret },
    ...{ baseUrl: corp.baseUrl, callback: corp.callback },
    ...overrides,
  },
});

async function createFixture(): Promise<AdapterFixture> {
  const running: FakeWecom[] = [];
  const start = async (...options: Parameters<typeof startFakeWecom>) => {
    const corp = await startFakeWecom({ clock, ...options[0] });
    fillWecom(corp, { people: 60, departments: 12 });
    running.push(corp);
    return corp;
  };
  const corp = await start();
  return {
    whole: () => {
      const department = [...corp.departments.keys()].map(String);
      return Promise.resolve({ ...scene(corp), ids: { user: [...corp.members.keys()], department } });
    },
    failing: async () => {
      const failing = await start();
      failing.faults.onCall = (api, calls) => {
        if (api === 'user/list' && calls > 5) failing.faults.answers.push({ api, answer: 'cut', times: 1 });
      };
      return { ...scene(failing), kind: 'user' };
    },
    hanging: async () => {
      const hanging = await start();
      const asked = new Promise<void>((resolve) => {
        hanging.faults.onCall = (api) => (api === 'user/list' ? resolve() : undefined);
      });
      hanging.faults.answers.push({ api: 'user/list', answer: 'hang', times: Infinity });
      return { ...scene(hanging), asked };
    },
    duplicates: { cannot: 'a member listed by several departments is one record by design' },
    bad: () => badScenes(corp, start),
    delta: async () => {
      const changing = await start();
      const change = () => {
        changing.members.delete('user0007');
        changing.members.get('user0008')!.department = [3];
        changing.departments.get(4)!.name = 'Renamed';
        const hints = [
          { kind: 'user', externalId: 'user0007' },
          { kind: 'user', externalId: 'user0008' },
          { kind: 'department', externalId: '4' },
          { kind: 'department', externalId: '99' },
        ];
        const present = { user: ['user0008'], department: ['4'] };
        return Promise.resolve({ present, gone: { user: ['user0007'], department: ['99'] }, hints });
      };
      return { ...scene(changing), change };
    },
    secrets: ['appSecret', 'contactSecret', 'callback.token', 'callback.aesKey'],
    close: async () => {
      for (const one of running) await one.stop();
    },
  };
}

async function badScenes(
  corp: FakeWecom,
  start: (...options: Parameters<typeof startFakeWecom>) => Promise<FakeWecom>,
) {
  const refusing = await start({ ipRefused: true });
  const app = { contactSecret: undefined };
  return [
    {
      name: 'a wrong secret',
      hint: /corp ID and secret/,
      ...scene(corp, { appSecret: 'wrong-secret-of-no-app', ...app }),
    },
    { name: 'another corp', hint: /corp ID and secret/, ...scene(corp, { corpId: 'wwffffffffffffffff', ...app }) },
    { name: 'an IP to allow (60020)', hint: /203\.0\.113\.7.*trusted IPs/, ...scene(refusing, app) },
    {
      name: 'two secrets mixed up (48002)',
      hint: /user\/list_id: it needs the secret of contacts sync/,
      ...scene(corp, { contactSecret: corp.appSecret }),
    },
    {
      name: 'the secret of contacts sync as the app’s (60011)',
      hint: /secret of a self-built app/,
      ...scene(corp, { appSecret: corp.contactSecret }),
    },
    {
      name: 'no server',
      hint: /cannot be reached|did not answer/,
      ...scene(corp, { baseUrl: 'http://127.0.0.1:1' }),
    },
  ];
}
