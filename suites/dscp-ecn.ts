import './dscp-ecn/dscp.ts';
import './dscp-ecn/ecn.ts';

export { dscpEcn } from './dscp-ecn/area.ts';
