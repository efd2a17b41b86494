import { secrets } from './secrets.js';
import type { EchoServers } from './start-echo-servers.js';

/** Options of one source of every type and way to sign in, whose systems echo their requests. */
export function optionsOfSources(
  servers: EchoServers,
): Record<string, { readonly type: string; readonly config: Record<string, unknown> }> {
  const users = { path: '/users', id: 'id' };
  const json = (auth: unknown) => ({ type: 'http-json', config: { baseUrl: servers.baseUrl, ca, auth, users } });
  const { ca } = servers;
  const s = secrets;
  return {
    ldap: {
      type: 'ldap',
      config: {
        ...{
          url: `ldaps://127.0.0.1:${servers.ldapPort}`,
          bindDn: 'cn=reader',
          bindPassword: s.ldapPassword,
          preset: 'openldap',
        },
        ...{ baseDn: 'dc=example,dc=org', users: {}, departments: null, tls: { ca } },
      },
    },
    wecom: {
      type: 'wecom',
      config: {
        ...{
          corpId: 'ww0123456789',
          appSecret: s.wecomApp,
          contactSecret: s.wecomContacts,
          baseUrl: servers.baseUrl,
          ca,
        },
        callback: { token: s.wecomToken, aesKey: s.wecomAesKey },
      },
    },
    dingtalk: {
      type: 'dingtalk',
      config: {
        ...{ appKey: 'ding1', appSecret: s.dingtalkApp, baseUrl: servers.baseUrl, newBaseUrl: servers.baseUrl, ca },
        ...{ callbackToken: s.dingtalkToken, callbackAesKey: s.dingtalkAesKey },
      },
    },
    feishu: {
      type: 'feishu',
      config: {
        ...{ appId: 'cli_1', appSecret: s.feishuApp, baseUrl: servers.baseUrl, ca },
        ...{ encryptKey: s.feishuEncrypt, verificationToken: s.feishuToken },
      },
    },
    basic: json({ type: 'basic', username: 'reader', password: s.basicPassword }),
    bearer: json({ type: 'bearer', token: s.bearerToken }),
    header: json({ type: 'apiKey', header: 'X-API-Key', key: s.headerKey }),
    oauth: json({
      ...{ type: 'oauth2', tokenUrl: `${servers.baseUrl}/token` },
      clientId: 'c',
      clientSecret: s.oauthClientSecret,
    }),
    query: json({ type: 'query', name: 'api_key', value: s.queryKey }),
    csv: {
      type: 'csv',
      config: {
        users: { url: `${servers.baseUrl}/users.csv`, ca, auth: { type: 'query', name: 'sig', value: s.csvQueryKey } },
      },
    },
    'by-variable': json({ type: 'bearer', token: { $env: 'SOURCE_SECRET_CANARY' } }),
    'by-file': json({ type: 'bearer', token: { $file: 'token' } }),
    'gone-file': json({ type: 'bearer', token: { $file: 'gone' } }),
  };
}
