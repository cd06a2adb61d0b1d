import './address/embedding.ts';
import './address/domain.ts';
import './address/own-address.ts';

export { address } from './address/area.ts';
