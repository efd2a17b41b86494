import { describe, expect, test } from '@jest/globals';
import { CursorExpiredError } from '../../domain/errors.js';
import { entryOf } from '../../testing/servers/slapd-entry-of.js';
import { scriptedDirectory } from '../../testing/servers/slapd-scripted-directory.js';
import { formatGeneralizedTime, parseGeneralizedTime, trackAdChanges, trackOpenldapChanges } from './track-changes.js';

describe('GeneralizedTime', () => {
  test.each([
    ['20260102030405Z', '2026-01-02T03:04:05.000Z'],
    ['20260102030405.678901Z', '2026-01-02T03:04:05.678Z'],
    ['20260102030405.5+0130', '2026-01-02T01:34:05.500Z'],
    ['202601020304-05', '2026-01-02T08:04:00.000Z'],
  ])('%s', (text, iso) => {
    expect(parseGeneralizedTime(text)?.toISOString()).toBe(iso);
  });
  test.each(['', '2026', '20261302030405Z', '20260102030405'])('"%s" is none', (text) => {
    expect(parseGeneralizedTime(text)).toBeNull();
  });
  test('is written to the second', () => {
    expect(formatGeneralizedTime(new Date('2026-01-02T03:04:05.678Z'))).toBe('20260102030405Z');
  });
});

describe('OpenLDAP', () => {
  const sweep = (tracker: ReturnType<typeof trackOpenldapChanges>, times: readonly string[]) => {
    const see = tracker.watch.start();
    for (const time of times) see(entryOf('cn=a', time === '' ? {} : { modifyTimestamp: time }));
  };

  test('the next delta starts a minute before the highest time that the server showed', () => {
    const tracker = trackOpenldapChanges(null);
    sweep(tracker, ['20260102000000Z', '20260103000030Z', '20260101000000Z']);
    const position = tracker.position();
    expect(position).toEqual({ preset: 'openldap', modifiedAt: '2026-01-03T00:00:30.000Z' });
    const next = trackOpenldapChanges(position as { preset: 'openldap'; modifiedAt: string });
    expect(next.changedFilter()?.toString()).toBe('(modifyTimestamp>=20260102235930Z)');
  });

  test('when the time of one user is hidden, everyone is read, now and next time', () => {
    const tracker = trackOpenldapChanges({ preset: 'openldap', modifiedAt: '2026-01-03T00:00:30.000Z' });
    sweep(tracker, ['20260102000000Z', '']);
    expect(tracker.changedFilter()).toBeNull();
    expect(tracker.position()).toEqual({ preset: 'openldap', modifiedAt: null });
  });

  test('a sweep that starts again forgets what the first try saw', () => {
    const tracker = trackOpenldapChanges(null);
    sweep(tracker, ['20260102000000Z', '']);
    sweep(tracker, ['20260101000000Z']);
    expect(tracker.position()).toMatchObject({ modifiedAt: '2026-01-01T00:00:00.000Z' });
  });
});

describe('Active Directory', () => {
  const INVOCATION = Buffer.from('4168010cac186e4fb54c88e409272c69', 'hex');
  const controller = (usn: string, server: string, invocationId = INVOCATION) =>
    scriptedDirectory({
      entry: (dn) =>
        dn === '' ? entryOf('', { highestCommittedUSN: usn, dsServiceName: server }) : entryOf(dn, { invocationId }),
    });
  const first = async () => {
    const position = (await trackAdChanges(controller('1000', 'cn=DC1'), null)).position();
    if (position?.preset !== 'ad') throw new Error('no position');
    return { ...position, readAt: '2026-01-01T00:00:00.000Z' };
  };

  test('changes are those above the number of the last read, and accounts that ran out since', async () => {
    const since = await first();
    expect(since).toMatchObject({
      usn: '1000',
      server: 'cn=DC1',
      invocationId: '0c016841-18ac-4f6e-b54c-88e409272c69',
    });
    const tracker = await trackAdChanges(controller('1005', 'cn=DC1'), since);
    expect(tracker.changedFilter()?.toString()).toMatch(
      /^\(\|\(uSNChanged>=1001\)\(&\(accountExpires>=134116992000000000\)\(accountExpires<=\d{18}\)\)\)$/,
    );
    expect(tracker.position()).toMatchObject({ usn: '1005' });
  });

  test.each([
    ['another domain controller', controller('5000', 'cn=DC2')],
    ['a restored one', controller('900', 'cn=DC1', Buffer.alloc(16))],
    ['none that says who it is', scriptedDirectory({})],
  ])('%s makes the cursor worthless', async (_, directory) => {
    await expect(trackAdChanges(directory, await first())).rejects.toThrow(CursorExpiredError);
  });

  test('a server without change numbers gives no cursor', async () => {
    expect((await trackAdChanges(scriptedDirectory({}), null)).position()).toBeNull();
  });
});
