import type { CapturedInterface } from './captured-frame.ts';
import * as format from './pcapng-format.ts';
import { optionText, visitOptions } from './pcapng-options.ts';
import type { OptionsArea } from './pcapng-options.ts';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
/** Without if_tsresol a tick is 10^-6 s. */
const DEFAULT_RESOLUTION = 6;
const POWER_OF_TWO = 0x80;

export interface PcapngInterface {
  /** Position over all sections of the file. */
  readonly index: number;
  readonly described: CapturedInterface;
  toNanoseconds(ticks: bigint): bigint;
  /** The same in floating point, from the two words of the ticks. */
  toMilliseconds(high: number, low: number): number;
}

/** Reads the Interface Description Block at the window's start. */
export function readInterface(index: number, area: OptionsArea): PcapngInterface {
  const { window, littleEndian } = area;
  const { view, start } = window;
  const texts: { name?: string; description?: string } = {};
  let resolution = DEFAULT_RESOLUTION;
  let offsetSeconds = 0n;
  visitOptions(area, (code, value, valueView) => {
    if (code === format.OptionCode.IF_NAME) texts.name = optionText(value);
    if (code === format.OptionCode.IF_DESCRIPTION) texts.description = optionText(value);
    if (code === format.OptionCode.IF_TSRESOL && value.length === 1) resolution = valueView.getUint8(0);
    if (code === format.OptionCode.IF_TSOFFSET && value.length === 8) {
      offsetSeconds = valueView.getBigInt64(0, littleEndian);
    }
  });
  const described = {
    ...texts,
    linkType: view.getUint16(start + format.InterfaceDescription.LINK_TYPE, littleEndian),
    snapLengthBytes: view.getUint32(start + format.InterfaceDescription.SNAP_LENGTH, littleEndian),
  };
  const millisecondsPerTick = 1000 / Number(ticksPerSecondOf(resolution));
  const offsetMs = Number(offsetSeconds) * 1000;
  return {
    index,
    described,
    toNanoseconds: tickConverter(resolution, offsetSeconds * NANOSECONDS_PER_SECOND),
    toMilliseconds: (high, low) => (high * 0x1_0000_0000 + low) * millisecondsPerTick + offsetMs,
  };
}

/** The most significant bit of if_tsresol chooses between negative powers of ten and of two; the rest is the exponent. */
function ticksPerSecondOf(resolution: number): bigint {
  const exponent = BigInt(resolution & ~POWER_OF_TWO);
  return resolution & POWER_OF_TWO ? 2n ** exponent : 10n ** exponent;
}

function tickConverter(resolution: number, offsetNs: bigint): (ticks: bigint) => bigint {
  const ticksPerSecond = ticksPerSecondOf(resolution);
  if (ticksPerSecond === NANOSECONDS_PER_SECOND) return (ticks) => ticks + offsetNs;
  return (ticks) => (ticks * NANOSECONDS_PER_SECOND) / ticksPerSecond + offsetNs;
}
