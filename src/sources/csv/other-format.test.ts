import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { otherFormat } from './decode-text.js';

test.each([
  ['gzip', gzipSync('uid\n1\n'), 'gzip'],
  ['xlsx', Buffer.from('PK\x03\x04\x14\0'), 'xlsx'],
  ['xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'xls'],
  ['PDF', Buffer.from('%PDF-1.7\n'), 'PDF'],
  ['a login page', Buffer.from('\r\n<!DOCTYPE html><html>'), 'web page'],
  ['a page with a mark', Buffer.from('\ufeff<html lang="en">'), 'web page'],
  ['XML', Buffer.from('<?xml version="1.0"?>'), 'XML'],
])('%s is recognised', (_, bytes, name) => {
  expect(otherFormat(bytes)).toContain(name);
});

test.each(['uid\n1\n', 'PK,name\n1,a\n', '<uid>,name\n', '', '%\n'])('%j may be csv', (text) => {
  expect(otherFormat(Buffer.from(text))).toBeNull();
});
