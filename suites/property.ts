import './property/lengths.ts';
import './property/malformed.ts';
import './property/mapping.ts';
import './property/well-formed.ts';

export { property } from './property/area.ts';
