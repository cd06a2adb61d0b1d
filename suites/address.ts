import './address/embedding.ts';
import './address/domain.ts';
import './address/isatap.ts';
import './address/next-hop.ts';
import './address/own-address.ts';
import './address/parameters.ts';

export { address } from './address/area.ts';
