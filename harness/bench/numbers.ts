const THIN_SPACE_FROM = 10_000;

/** A number of frames or frames per second with as many digits as mean something. */
export const rateText = (value: number): string => {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded >= THIN_SPACE_FROM ? rounded.toLocaleString('en-US') : String(rounded);
};

export const percentText = (share: number): string => `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
