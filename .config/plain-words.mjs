// Words that comments, messages, console texts and documents do not use, each with what to write instead. ESLint checks
// TypeScript with them (plain-words-rule.mjs), check-plain-words.mjs every other text.

/** A word or phrase, matched as a whole in any case, and the advice for its replacement. */
export const PLAIN_WORDS = {
  nobody: 'write "no user", "no caller", "no other worker" …, or say who may: "only its owner"',
  somebody: 'write who: "a user", "another person", "another process"',
  anybody: 'write who: "any user", "any caller"',
  everybody: 'write who: "all users", or "everyone"',
  whoever: 'write "anyone who", "a user who"',
  told: 'write "notified", "reported", "logged", "returned" or "called"',
  want: 'write "require" or "need"',
  wants: 'write "requires" or "needs"',
  wish: 'write "request" or "option"',
  wishes: 'write "requests" or "options"',
  'for ever': 'write "without end", "indefinitely" or "permanently"',
  'to be had': 'write "available"',
  goodbye: 'write "the end of the connection"',
  'good-bye': 'write "the end of the connection"',
  he: 'write "they", or name the role: "the user"',
  him: 'write "them", or name the role: "the user"',
  his: 'write "their", or name the role: "the user\'s"',
  himself: 'write "themselves", or name the role: "the user"',
  she: 'write "they", or name the role: "the user"',
  her: 'write "their", or name the role: "the user\'s"',
  herself: 'write "themselves", or name the role: "the user"',
};

const ANY = new RegExp(
  `(?<![\\w-])(?:${Object.keys(PLAIN_WORDS)
    .map((word) => word.replace(' ', '\\s+'))
    .join('|')})(?![\\w-])`,
  'gi',
);

/** Finds the words in a text. @returns each with its position in the text and the advice. */
export function findWords(text) {
  return [...text.matchAll(ANY)].map(({ 0: word, index }) => ({
    word,
    index,
    advice: PLAIN_WORDS[word.toLowerCase().replace(/\s+/, ' ')],
  }));
}
