/** Fragments of outer packets, and of the IPv6 packets in them (RFC 4213 section 3.6, RFC 791 section 3.2, RFC 8200 section 4.5). */
import './fragment/atomic.ts';
import './fragment/buffer.ts';
import './fragment/checks.ts';
import './fragment/inner.ts';
import './fragment/overlap.ts';
import './fragment/own-errors.ts';
import './fragment/own.ts';
import './fragment/reassembly.ts';
import './fragment/reassembly-key.ts';
import './fragment/timeout.ts';
import './fragment/train.ts';

export { fragment } from './fragment/area.ts';
