/** Where Bull Board's page finds `baseScript`, below the board. */
export const BASE_SCRIPT_PATH = '/base.js';

/**
 * Bull Board's page as it may be shown: it asks no other host (for a font), and it sets no base, which the content
 * security policy forbids as an injected one would be; its own addresses are whole instead.
 */
export function tidyBoardPage(html: string, boardPath: string): string {
  return html
    .replaceAll(/<link [^>]*href="(?:https?:)?\/\/[^>]*>/g, '')
    .replaceAll(/ (href|src)="static\//g, ` $1="${boardPath}/static/`)
    .replace(/<base [^>]*>/, `<script src="${boardPath}${BASE_SCRIPT_PATH}"></script>`);
}

/**
 * Bull Board's scripts read where they are from the attribute of a `base`: they find one that is not HTML's, and so
 * changes no address.
 */
export function baseScript(boardPath: string): string {
  return `const base = document.createElementNS('http://www.w3.org/2000/svg', 'base');
base.setAttribute('href', '${boardPath}/');
document.head.append(base);
`;
}
