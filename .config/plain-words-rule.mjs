import { findWords } from './plain-words.mjs';

/**
 * ESLint rule: no word of plain-words.mjs in a comment, a text, a template or the text of JSX. A name that another
 * system defines is excepted in place, with the reason:
 * `// eslint-disable-next-line rollcall/plain-words -- a user of Debian`.
 */
export const plainWords = {
  meta: {
    type: 'suggestion',
    docs: { description: 'comments and messages are written in plain, literal English' },
    messages: { word: '"{{word}}": {{advice}}.' },
    schema: [],
  },
  create(context) {
    const { sourceCode } = context;
    const check = (node) => {
      for (const { word, index, advice } of findWords(sourceCode.getText(node))) {
        const start = node.range[0] + index;
        const [from, to] = [start, start + word.length].map((at) => sourceCode.getLocFromIndex(at));
        context.report({ loc: { start: from, end: to }, messageId: 'word', data: { word, advice } });
      }
    };
    return {
      Program() {
        for (const comment of sourceCode.getAllComments()) if (!isDirective(comment)) check(comment);
      },
      Literal(node) {
        if (typeof node.value === 'string') check(node);
      },
      TemplateElement: check,
      JSXText: check,
    };
  },
};

/** Directives are not checked, because the reason of an exception may contain the word. */
const isDirective = ({ value }) => value.trimStart().startsWith('eslint-');
