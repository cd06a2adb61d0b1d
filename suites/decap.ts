/** Decapsulation: which tunnel packets are accepted, and what becomes of what is in them (RFC 4213 section 3.6). */
import './decap/address-pairs.ts';
import './decap/demultiplexing.ts';
import './decap/foreign-addresses.ts';
import './decap/ingress-filter.ts';
import './decap/inner-addresses.ts';
import './decap/inner-packet.ts';
import './decap/isatap-source.ts';
import './decap/link-padding.ts';
import './decap/local-delivery.ts';
import './decap/outer-destination.ts';
import './decap/outer-header.ts';
import './decap/outer-source.ts';
import './decap/strict-rpf.ts';

export { decap } from './decap/area.ts';
