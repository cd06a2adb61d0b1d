/** What follows when a check discards a packet: nothing, or an ICMPv6 error to its source. */
export type Reaction = 'silent' | 'address-unreachable' | 'no-route';
