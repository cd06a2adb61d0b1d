import './dscp-ecn/dscp.ts';
import './dscp-ecn/ecn.ts';
import './dscp-ecn/logging.ts';
import './dscp-ecn/models.ts';
import './dscp-ecn/reassembly.ts';

export { dscpEcn } from './dscp-ecn/area.ts';
