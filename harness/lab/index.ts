export { namedByIpv4, outerIpv6Of, outerIpv6PrefixOf } from './ipv6-underlay.ts';
export { createLab, LAB_MTU_BYTES, mapOf, type IsatapLink, type Lab, type LabNode, type LabOptions } from './lab.ts';
export { isPlayerMac, macOfIpv4, macOfIpv6 } from './mac-plan.ts';
export { targetSetup, type SetupOptions } from './setup.ts';
export { NO_REMOTE, SECOND_REMOTE, underlayPlan, type UnderlayPlan } from './underlay-plan.ts';
