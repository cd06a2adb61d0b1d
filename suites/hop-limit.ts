import './hop-limit/decapsulation.ts';
import './hop-limit/encapsulation.ts';
import './hop-limit/opaque-tunnel.ts';

export { hopLimit } from './hop-limit/area.ts';
