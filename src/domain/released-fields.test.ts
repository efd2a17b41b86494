import { mergeRecords } from './merge-records.js';
import { applyReleases, withReleases } from './released-fields.js';

const KNOWN = { title: 'CTO', phone: '1', attributes: { badge: 7, desk: 'A' } };

test('R51: what is released is not said any more, and comes back as null', () => {
  const later = withReleases({ phone: '2', attributes: { room: 'B' } }, ['title', 'attributes.badge']);
  expect(applyReleases(KNOWN, later)).toEqual({
    known: { phone: '1', attributes: { desk: 'A' } },
    said: { phone: '2', attributes: { room: 'B' } },
    released: { title: null, attributes: { badge: null } },
  });
});

test('R51: of a value and a release the later one counts', () => {
  const value = { title: 'CEO', attributes: { badge: 9 } };
  const release = withReleases({}, ['title', 'attributes.badge']);
  expect(applyReleases({}, mergeRecords(release, value))).toEqual({ known: {}, said: value, released: {} });
  expect(applyReleases({}, mergeRecords(value, release))).toEqual({
    known: {},
    said: { attributes: {} },
    released: { title: null, attributes: { badge: null } },
  });
});

test('a record without releases is as it was', () => {
  const said = { title: 'CEO', managerUid: null, attributes: { flag: { released: false }, list: [true] } };
  expect(applyReleases(KNOWN, said)).toEqual({ known: KNOWN, said, released: {} });
});
