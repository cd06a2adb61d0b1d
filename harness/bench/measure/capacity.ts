import { median } from 'simple-statistics';
import type { Setting } from '../result.ts';
import { measureRate } from './throughput.ts';
import type { Measurement } from './session.ts';

/** The median of what was measured of a setting; measured once where it was not yet. Undefined where nothing gets through. */
export const capacityOf = async (measurement: Measurement, setting: Setting): Promise<number | undefined> => {
  if (measurement.collected.rateOf(setting) === undefined) await measureRate(measurement, setting);
  const capacities = measurement.collected.rateOf(setting)?.capacity ?? [];
  const typical = capacities.length === 0 ? 0 : median([...capacities]);
  return typical > 0 ? typical : undefined;
};

/** The same of the throughput, or of the capacity where there is no rate without loss. */
export const throughputOf = async (measurement: Measurement, setting: Setting): Promise<number | undefined> => {
  const capacity = await capacityOf(measurement, setting);
  const rates = measurement.collected.rateOf(setting)?.throughput ?? [];
  const typical = rates.length === 0 ? 0 : median([...rates]);
  return typical > 0 ? typical : capacity;
};
