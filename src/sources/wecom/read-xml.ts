import { SaxesParser } from 'saxes';

/** The elements right below the root with their texts; nothing for what is no XML. Deeper ones are passed over. */
export function readXml(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const path: string[] = [];
  const parser = new SaxesParser();
  let broken = false;
  const add = (part: string): void => {
    const name = path.length === 2 ? path[1] : undefined;
    if (name !== undefined) found[name] = (found[name] ?? '') + part;
  };
  parser.on('opentag', ({ name }) => void path.push(name));
  parser.on('closetag', () => void path.pop());
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('error', () => {
    broken = true;
  });
  parser.write(text).close();
  return broken ? {} : found;
}
