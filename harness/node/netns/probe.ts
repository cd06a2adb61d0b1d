import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { isProto41Error } from '../../errors.ts';
import { ResourceStack } from '../vm/resource-stack.ts';
import { makeLinks, testerInterface } from './links.ts';
import { NetworkNamespace } from './network-namespace.ts';
import { openProcessSpace } from './process-space.ts';

/** Whether the netns node can be had on this machine, by making all of it but the target. */
export type NetnsPossibility =
  | { readonly kind: 'yes' }
  /** Not as this user, but as root of a user namespace of its own. */
  | { readonly kind: 'in a user namespace' }
  | { readonly kind: 'no'; readonly reason: string };

export const probeNetns = async (): Promise<NetnsPossibility> => {
  try {
    await makeAll();
    return { kind: 'yes' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!isProto41Error(error) && !('code' in error)) throw error;
    const notAllowed = isProto41Error(error) && error.code === 'NETNS_NOT_ALLOWED';
    if (notAllowed && canHaveUserNamespace()) return { kind: 'in a user namespace' };
    return { kind: 'no', reason: error.message };
  }
};

const makeAll = async (): Promise<void> => {
  await using resources = new ResourceStack();
  // Here, so that a machine for which koffi has no program still gets an answer.
  const { AfPacketWire } = await import('../../wire/interface/afpacket-wire.ts');
  using node = NetworkNamespace.create();
  using tester = NetworkNamespace.create();
  makeLinks(node, tester);
  resources.use(await openProcessSpace(node, { keepRun: false }));
  await tester.enter(() => new AfPacketWire({ port: 'P', interfaceName: testerInterface('P') })).close();
};

/**
 * What a user without rights runs a program with, to be root among its own namespaces. With a network of its own, because a
 * thread may return only to a namespace that is its own as well (setns(2)).
 */
export const USER_NAMESPACE = ['unshare', '--user', '--map-root-user', '--net', '--'] as const;

const canHaveUserNamespace = (): boolean => {
  const [file, ...parameters] = USER_NAMESPACE;
  return spawnSync(file, [...parameters, 'unshare', '--net', 'true'], { stdio: 'ignore' }).status === 0;
};

/** Why user-space targets cannot have a TUN device, which many of them need; undefined when they can. */
export const whyNoTun = (): string | undefined => {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? 'no /dev/net/tun' : '/dev/net/tun is there, but this user may not use it';
  }
};
