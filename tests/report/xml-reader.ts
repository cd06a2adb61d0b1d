/** A small strict XML reader for tests: elements, attributes, text, CDATA. Throws on anything that is not well-formed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const NAME = '[A-Za-z_][\\w.-]*';
const TOKEN = new RegExp(
  `<\\?xml [^?]*\\?>|<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|</(${NAME})>|<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|([^<]+)`,
  'y',
);
// XML 1.0 section 2.2.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replace(/&(#x[0-9A-Fa-f]+|#\d+|\w+);|&/g, (_, name?: string) => {
    if (name?.startsWith('#x') === true) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name?.startsWith('#') === true) return String.fromCodePoint(Number(name.slice(1)));
    const character = name === undefined ? undefined : ENTITIES[name];
    if (character === undefined) throw new Error(`bad entity ${String(name)}`);
    return character;
  });

export const readXml = (source: string): XmlElement => {
  const forbidden = FORBIDDEN.exec(source);
  if (forbidden !== null) throw new Error(`character not allowed in XML: ${JSON.stringify(forbidden[0])}`);
  const root: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new Error(`not XML at ${String(at)}: ${source.slice(at, at + 40)}`);
    const [, cdata, closing, opening, attributes = '', empty, text] = match;
    const current = open.at(-1) ?? root;
    if (cdata !== undefined) current.text += cdata;
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error('"]]>" in text');
      current.text += unescape(text);
    }
    if (closing !== undefined && open.pop()?.name !== closing) throw new Error(`</${closing}> closes another element`);
    if (opening !== undefined) {
      const pairs = [...attributes.matchAll(/([\w.-]+)="([^"]*)"/g)].map(
        ([, key = '', value = '']): [string, string] => [key, unescape(value)],
      );
      const element: XmlElement = { name: opening, attributes: new Map(pairs), children: [], text: '' };
      current.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const [only, ...others] = root.children;
  if (only === undefined || others.length > 0 || open.length !== 1)
    throw new Error('expected exactly one closed root element');
  return only;
};

export const elements = (parent: XmlElement, name: string): XmlElement[] => [
  ...parent.children.filter((child) => child.name === name),
  ...parent.children.flatMap((child) => elements(child, name)),
];
