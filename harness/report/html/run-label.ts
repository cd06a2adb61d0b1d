import type { ReportedRun } from './reported-run.ts';

/** What a run was of: `linux-sit on vm, 6.1.0-56-cloud-amd64`. */
export const runName = ({ result }: ReportedRun): string => {
  const { node } = result;
  return [`${result.target} on ${node.node}`, node.kernelRelease].filter((part) => part !== undefined).join(', ');
};

/** Name of a run under one profile: what a column of the matrix and the filter are called. */
export const columnLabel = (run: ReportedRun, profile: string): string => `${runName(run)}, ${profile}`;
