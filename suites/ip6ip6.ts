/** IPv6 in IPv6 (RFC 2473). */
import './ip6ip6/encapsulation-limit.ts';
import './ip6ip6/header.ts';

export { ip6ip6 } from './ip6ip6/area.ts';
