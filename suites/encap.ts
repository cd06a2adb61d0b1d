import './encap/delivery.ts';
import './encap/control-fields.ts';
import './encap/carried-packet.ts';
import './encap/addresses-and-length.ts';
import './encap/upper-layers.ts';

export { encap } from './encap/area.ts';
