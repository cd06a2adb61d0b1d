/** GRE between outer and inner header (RFC 2784, RFC 2890, RFC 7676). */
import './gre/header.ts';
import './gre/mtu.ts';
import './gre/receive-flags.ts';

export { gre } from './gre/area.ts';
