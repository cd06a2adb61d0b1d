import type { Setting } from '../result.ts';

/** One name for equal settings. */
export const settingKey = ({ mode, frameSizeBytes, flows, tunnelledShare }: Setting): string =>
  [mode, frameSizeBytes, flows, tunnelledShare ?? ''].join(' ');

const FLOW_WORDS = (flows: number): string => (flows === 1 ? '1 flow' : `${String(flows)} flows`);

/** As a person reads it. */
export const settingText = ({ mode, frameSizeBytes, flows, tunnelledShare }: Setting): string => {
  const share = tunnelledShare === undefined ? '' : ` ${String(Math.round(tunnelledShare * 100))} % tunnelled,`;
  return `${mode},${share} ${String(frameSizeBytes)} bytes, ${FLOW_WORDS(flows)}`;
};
