import { join } from 'node:path';
import { execa } from 'execa';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import type { Accelerator } from './accelerator.ts';
import { VmError } from './vm-error.ts';

export const QEMU = 'qemu-system-x86_64';
/** `-netdev stream` came with it. */
const MINIMUM_VERSION = [7, 2] as const;

/** MAC address and name of each port in the guest: Linux counts Ethernet devices in the order of the PCI slots. */
export const VM_PORTS: Readonly<Record<PortName, { readonly macAddress: string; readonly interfaceName: string }>> = {
  P: { macAddress: '02:41:00:00:00:01', interfaceName: 'eth0' },
  U: { macAddress: '02:41:00:00:00:02', interfaceName: 'eth1' },
  U2: { macAddress: '02:41:00:00:00:03', interfaceName: 'eth2' },
};
const FIRST_SLOT = 4;

// Every frame must leave as the stack built it, with complete checksums, and arrive as the tester sent it.
const NO_OFFLOADS = [
  // status=off: without a link state to watch, a port carries frames as soon as it is up, and not some time later.
  'csum=off,gso=off,mq=off,status=off',
  'guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,guest_announce=off',
  'host_tso4=off,host_tso6=off,host_ecn=off,host_ufo=off',
].join(',');

// The console is the only witness of a crash. The rest is time: nothing of it changes a packet. Processes at the same addresses
// let the emulator run again what it has translated once, which halves the time of every set-up.
const KERNEL_PARAMETERS = [
  'console=ttyS0 quiet panic=-1 oops=panic rcupdate.rcu_expedited=1 norandmaps',
  'tsc=reliable no_timer_check nokaslr mitigations=off random.trust_cpu=on cryptomgr.notests',
].join(' ');

export interface MachineOptions {
  readonly vmlinuz: string;
  readonly initrd: string;
  /** Holds the sockets to which QEMU connects, and the console log. */
  readonly folder: string;
  readonly accelerator: Accelerator;
  readonly kernelParameters?: string;
  /** This machine, with the ports joined to this process, unless given. */
  readonly place?: MachinePlace;
}

/** Another place where QEMU runs, which joins the ports to the tester by itself. The folder and the kernel are the same there. */
export interface MachinePlace {
  /** What a command line there begins with. */
  readonly command: readonly string[];
  /** The value of `-netdev` for a port, with the port as its id. */
  netdev(port: PortName): string;
}

export const socketPath = (folder: string, port: PortName): string => join(folder, `${port}.sock`);
export const controlSocketPath = (folder: string): string => join(folder, 'control.sock');
export const consolePath = (folder: string): string => join(folder, 'console.log');

/** A comma separates the parts of an option of QEMU; two stand for one in a value. */
const inOption = (path: string): string => path.replaceAll(',', ',,');

/** The machine itself, without ports: what the probe of an accelerator boots. */
export const bareMachineArguments = (options: MachineOptions): string[] => [
  '-nodefaults',
  '-no-user-config',
  '-no-reboot',
  ...[
    ['-display', 'none'],
    ['-M', 'pc'],
    ['-accel', options.accelerator],
    options.accelerator === 'kvm' ? ['-cpu', 'host'] : [],
    ['-smp', '1'],
    ['-m', '256'],
    ['-kernel', options.vmlinuz],
    ['-initrd', options.initrd],
    ['-append', `${KERNEL_PARAMETERS} ${options.kernelParameters ?? ''}`.trim()],
    ['-serial', `file:${consolePath(options.folder)}`],
  ].flat(),
];

export const machineArguments = (options: MachineOptions): string[] => [
  ...bareMachineArguments(options),
  ...[
    ['-device', 'virtio-serial-pci,max_ports=2'],
    ['-chardev', `socket,id=control,path=${inOption(controlSocketPath(options.folder))},server=off`],
    ['-device', 'virtserialport,nr=1,chardev=control,name=proto41.control'],
  ].flat(),
  ...PORT_NAMES.flatMap((port, index) => portArguments(port, FIRST_SLOT + index, options)),
];

const portArguments = (port: PortName, slot: number, { folder, place }: MachineOptions): string[] => [
  '-netdev',
  place?.netdev(port) ?? `stream,id=${port},server=off,addr.type=unix,addr.path=${inOption(socketPath(folder, port))}`,
  '-device',
  `virtio-net-pci,netdev=${port},mac=${VM_PORTS[port].macAddress},addr=${slot},romfile=,${NO_OFFLOADS}`,
];

/** @throws VmError when QEMU is missing or too old */
export const qemuVersion = async (): Promise<string> => {
  const result = await execa(QEMU, ['--version'], { reject: false });
  if (result.failed) {
    throw new VmError(
      'VM_NO_QEMU',
      `expected ${QEMU}, found none; install it with: apt-get install --no-install-recommends qemu-system-x86`,
    );
  }
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(result.stdout) ?? [];
  const [leastMajor, leastMinor] = MINIMUM_VERSION;
  const isEnough = Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
  if (!isEnough) {
    throw new VmError(
      'VM_OLD_QEMU',
      `expected QEMU ${leastMajor}.${leastMinor} or later, found ${result.stdout.split('\n')[0] ?? 'nothing'}`,
    );
  }
  return `${major ?? ''}.${minor ?? ''}`;
};

export interface QemuProcess {
  readonly pid: number | undefined;
  /** Resolves, never rejects, when QEMU has ended: how, and what it wrote to standard error. */
  readonly ended: Promise<string>;
  kill(): void;
}

/**
 * Starts QEMU so that it does not outlive this process: the kernel kills it when the parent dies (setpriv of util-linux), and
 * where there is no setpriv, the guest powers off when its control channel ends.
 */
export const startQemu = async (parameters: readonly string[], place?: MachinePlace): Promise<QemuProcess> => {
  const [command = QEMU, ...rest] = [...(await deathSignalPrefix()), ...(place?.command ?? []), QEMU, ...parameters];
  // A group of its own: Ctrl-C is for this process, which ends the machine in good order.
  const child = execa(command, rest, { reject: false, stdin: 'ignore', stdout: 'ignore', detached: true });
  return {
    pid: child.pid,
    ended: child.then((result) => {
      const how = result.signal === undefined ? `exit code ${String(result.exitCode)}` : result.signal;
      return [how, result.stderr].filter((text) => text !== '').join(': ');
    }),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
};

const deathSignalPrefix = async (): Promise<string[]> => {
  const probe = await execa('setpriv', ['--pdeathsig', 'KILL', 'true'], { reject: false });
  return probe.failed ? [] : ['setpriv', '--pdeathsig', 'KILL'];
};
