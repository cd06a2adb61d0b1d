/** An RFC, and the first section that is named of it. */
const CLAUSE = /\bRFC (\d+)(?: §(?:(\d+(?:\.\d+)*)|Appendix ([A-Z])))?/;

/** Where the first RFC that a requirement names can be read, at its section; undefined for one that comes from elsewhere. */
export const clauseUri = (sources: string): string | undefined => {
  const [, rfc, section, appendix] = CLAUSE.exec(sources) ?? [];
  if (rfc === undefined) return undefined;
  const page = `https://www.rfc-editor.org/rfc/rfc${rfc}.html`;
  if (section !== undefined) return `${page}#section-${section}`;
  return appendix === undefined ? page : `${page}#appendix-${appendix}`;
};
