/**
 * What to do about a wrong command line, where its message alone does not say it. `npm start run --target x` without the `--` leaves npm
 * the options, and Proto41 the words `run x`.
 */
export const usageHint = (message: string, environment: NodeJS.ProcessEnv): string | undefined => {
  if (message.includes('missing required argument')) return 'the same command with --help says what it takes';
  if (environment['npm_lifecycle_event'] === 'start' && message.includes('too many arguments'))
    return 'npm keeps options for itself unless -- comes first: npm start -- run --target reference';
  return undefined;
};
