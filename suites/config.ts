/** What an administrator sets, and what a node says of itself unasked (RFC 4213 sections 3.5 and 3.6, RFC 6343). */
import './config/addresses.ts';
import './config/advertisements.ts';
import './config/ingress-filter.ts';

export { config } from './config/area.ts';
