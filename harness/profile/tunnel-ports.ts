import type { DecodeOptions } from '../packet/decode.ts';
import type { Profile } from './profile.ts';

/** UDP ports behind which a reader of the profile's frames finds tunnelled packets; none for protocol 41 and GRE. */
export const tunnelPortsOf = ({ encapsulation }: Pick<Profile, 'encapsulation'>): DecodeOptions =>
  encapsulation.kind === 'fou' || encapsulation.kind === 'gue'
    ? { tunnelPorts: { [encapsulation.port]: encapsulation.kind } }
    : {};
