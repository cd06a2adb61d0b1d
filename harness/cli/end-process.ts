/** How long what is left (a timer of a case, a socket) may keep the process alive once everything is done. */
const GRACE_MS = 1000;

/** Lets the process end by itself, so that all output is written, and ends it where something left behind keeps it alive. */
export const endProcess = (exitCode: number): void => {
  process.exitCode = exitCode;
  setTimeout(() => {
    process.exit();
  }, GRACE_MS).unref();
};
