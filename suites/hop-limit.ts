import './hop-limit/decapsulation.ts';
import './hop-limit/encapsulation.ts';

export { hopLimit } from './hop-limit/area.ts';
