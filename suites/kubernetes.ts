/** What Kubernetes expects of the network between its pods. */
import './kubernetes/pod-mtu.ts';
import './kubernetes/pods.ts';
import './kubernetes/two-nodes.ts';

export { kubernetes } from './kubernetes/area.ts';
