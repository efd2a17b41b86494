import { secrets } from './secrets.js';
import type { TellTales } from './start-tell-tales.js';

/** The options of one source of every type and way to sign in, at systems that say on what they are told. */
export function optionsOfSources(
  tales: TellTales,
): Record<string, { readonly type: string; readonly config: Record<string, unknown> }> {
  const users = { path: '/users', id: 'id' };
  const json = (auth: unknown) => ({ type: 'http-json', config: { baseUrl: tales.baseUrl, ca, auth, users } });
  const { ca } = tales;
  const s = secrets;
  return {
    ldap: {
      type: 'ldap',
      config: {
        ...{
          url: `ldaps://127.0.0.1:${tales.ldapPort}`,
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
          baseUrl: tales.baseUrl,
          ca,
        },
        callback: { token: s.wecomToken, aesKey: s.wecomAesKey },
      },
    },
    dingtalk: {
      type: 'dingtalk',
      config: {
        ...{ appKey: 'ding1', appSecret: s.dingtalkApp, baseUrl: tales.baseUrl, newBaseUrl: tales.baseUrl, ca },
        ...{ callbackToken: s.dingtalkToken, callbackAesKey: s.dingtalkAesKey },
      },
    },
    feishu: {
      type: 'feishu',
      config: {
        ...{ appId: 'cli_1', appSecret: s.feishuApp, baseUrl: tales.baseUrl, ca },
        ...{ encryptKey: s.feishuEncrypt, verificationToken: s.feishuToken },
      },
    },
    basic: json({ type: 'basic', username: 'reader', password: s.basicPassword }),
    bearer: json({ type: 'bearer', token: s.bearerToken }),
    header: json({ type: 'apiKey', header: 'X-API-Key', key: s.headerKey }),
    oauth: json({
      ...{ type: 'oauth2', tokenUrl: `${tales.baseUrl}/token` },
      clientId: 'c',
      clientSecret: s.oauthClientSecret,
    }),
    'by-variable': json({ type: 'bearer', token: { $env: 'SOURCE_SECRET_CANARY' } }),
    'by-file': json({ type: 'bearer', token: { $file: 'token' } }),
    'gone-file': json({ type: 'bearer', token: { $file: 'gone' } }),
  };
}
