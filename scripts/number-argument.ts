/** A number of the command line of a script; anything else ends the script with 2. */
export const numberArgument = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  process.stderr.write(`${name}: expected a number from ${least} to ${most}, found ${JSON.stringify(text)}\n`);
  process.exit(2);
};

/** The same of a whole number. */
export const countArgument = (name: string, text: string, least: number, most: number): number => {
  const value = numberArgument(name, text, least, most);
  if (Number.isInteger(value)) return value;
  process.stderr.write(`${name}: expected a whole number, found ${JSON.stringify(text)}\n`);
  process.exit(2);
};
