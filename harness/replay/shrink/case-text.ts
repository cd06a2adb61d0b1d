import { ETHERNET } from '../../packet/ethernet.ts';
import { ipv4HeaderLengthBytes, ipv4Protocol } from '../../packet/ipv4.ts';
import { MacAddress } from '../../packet/mac-address.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isIpv4Frame } from '../../tester/outer-packet.ts';
import { stimuliOf, type OriginalFinding, type PortFrame, type Recording, type ReplayStimulus } from '../recording.ts';

/** The finding as a case in TypeScript, to be pasted into a file of `suites/`. */
export const caseText = (recording: Recording, finding: OriginalFinding, variant: string): string => {
  const { changes } = recording;
  const setup = Object.keys(changes).length === 0 ? '' : `, setup: ${JSON.stringify(changes)}`;
  const packets = stimuliOf(recording);
  const lines = [
    `// ${finding.requirement}: expected ${oneLine(finding.expected)}`,
    `// Found: ${oneLine(finding.actual)}`,
    `area.case(${quoted(finding.requirement)}, { variant: ${quoted(variant)}${setup} }, async (t) => {`,
    ...packets.flatMap((packet, index) => packetLines(packet, index, recording)),
    ...courseLines(recording),
    ...expectationLines(recording, finding),
    '});',
  ];
  return `${lines.join('\n')}\n`;
};

const packetLines = ({ port, bytes, mark }: ReplayStimulus, index: number, { dutMacs }: Recording): string[] => {
  const isToDut = MacAddress.fromBytes(bytes, ETHERNET.DESTINATION).toString() === dutMacs[port];
  const name = `frame${String(index + 1)}`;
  return [
    `  const ${name} = Uint8Array.from(Buffer.from('${Buffer.from(bytes).toString('hex')}', 'hex'));`,
    ...(isToDut ? [`  ${name}.set(t.lab.macs.dut.${port}.bytes, 0);`] : []),
    `  const packet${String(index + 1)} = t.raw('${port}', 'recorded packet', ${name}, ${String(mark)});`,
  ];
};

const courseLines = ({ steps }: Recording): string[] => {
  let sent = 0;
  let exchanges = 0;
  return steps.map((step) => {
    if (step.kind === 'sleep') return `  await t.sleep(${String(step.forMs)});`;
    if (step.kind === 'restart') return `  await t.restart(${JSON.stringify(step.changes)});`;
    if (step.kind === 'answer-for') {
      const family = step.address.includes(':') ? 'Ipv6Address' : 'Ipv4Address';
      return `  t.answerFor(${family}.parse(${quoted(step.address)}), ${String(step.answer)});`;
    }
    const names = step.stimuli.map(() => `packet${String((sent += 1))}`).join(', ');
    const seen = `seen${String((exchanges += 1))}`;
    if (step.watchMs !== undefined)
      return `  const ${seen} = await t.watch({ forMs: ${String(step.watchMs)} }, ${names});`;
    return `  const ${seen} = await t.${step.cold ? 'coldExchange' : 'exchange'}(${names});`;
  });
};

/** What the finding says was expected; the rules look at every frame anyway. */
const expectationLines = (recording: Recording, { expected }: OriginalFinding): string[] => {
  const exchanges = recording.steps.filter((step) => step.kind === 'exchange');
  const seen = `seen${String(exchanges.length)}`;
  const packet = `packet${String(stimuliOf(recording).length)}`;
  if (expected.startsWith('nothing on any port')) return [`  t.expectNothing(${seen}, ${packet});`];
  if (expected.startsWith('exactly one tunnel packet')) return [`  t.expectTunnelled(${seen}, ${packet});`];
  if (expected.startsWith('exactly one packet on P')) return [`  t.expectDelivered(${seen}, ${packet});`];
  const [output] = recording.findings.flatMap(({ decisive }) => decisive ?? []);
  if (output === undefined) return [`  t.expectEqual('any output', ${seen}.of(${packet}).length > 0, true);`];
  const free = freeBytesOf(output);
  return [
    '  // Replace by what the clause demands; until then, that the recorded output does not come again.',
    `  const free: readonly number[] = [${free.join(', ')}];`,
    '  const hex = (bytes: Uint8Array): string =>',
    "    Buffer.from(bytes.map((byte, at) => (free.includes(at) ? 0 : byte))).toString('hex');",
    `  const recorded = Buffer.from('${Buffer.from(output.bytes).toString('hex')}', 'hex');`,
    `  const isAgain = ${seen}.of(${packet}).some(({ bytes }) => hex(bytes) === hex(recorded));`,
    "  t.expectEqual('the recorded output comes again', isAgain, false);",
  ];
};

/** Bytes that the DUT is free to choose: its MAC address, Identification, header checksum, UDP source port and checksum. */
const freeBytesOf = ({ port, bytes }: PortFrame): readonly number[] => {
  const mac = [6, 7, 8, 9, 10, 11];
  if (port === 'P' || !isIpv4Frame(bytes)) return mac;
  const udpAt = ETHERNET.HEADER_LENGTH + ipv4HeaderLengthBytes(bytes, ETHERNET.HEADER_LENGTH);
  const isUdp = ipv4Protocol(bytes, ETHERNET.HEADER_LENGTH) === PROTOCOL.UDP;
  return [...mac, 18, 19, 24, 25, ...(isUdp ? [udpAt, udpAt + 1, udpAt + 6, udpAt + 7] : [])];
};

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 400);
