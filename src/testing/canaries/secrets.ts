import { randomBytes } from 'node:crypto';

/** 28 secrets by the way that they take. */
export const secrets = {
  ldapPassword: odd(),
  ldapPasswordAfterPatch: odd(),
  wecomApp: odd(),
  wecomContacts: odd(),
  wecomToken: odd(),
  wecomAesKey: plain(),
  dingtalkApp: odd(),
  dingtalkToken: odd(),
  dingtalkAesKey: plain(),
  feishuApp: odd(),
  feishuEncrypt: odd(),
  feishuToken: odd(),
  basicPassword: odd(),
  bearerToken: plain(),
  headerKey: plain(),
  oauthClientSecret: odd(),
  queryKey: odd(),
  csvQueryKey: odd(),
  urlParameter: plain(),
  checkedOnly: plain(),
  urlPasswordJson: plain(),
  urlPasswordCsv: plain(),
  wrongType: odd(),
  wrongPlace: odd(),
  variable: plain(),
  file: plain(),
  accountPassword: odd(),
  oidcClientSecret: plain(),
};

/** Secrets that must fit no pattern have characters that are written otherwise in JSON, addresses and forms. */
function odd(): string {
  return `c4nary-${randomBytes(12).toString('hex')}/+&%"`;
}

function plain(): string {
  return `c4nary${randomBytes(32).toString('hex')}`.slice(0, 43);
}
