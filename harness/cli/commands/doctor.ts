import { printableJson } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { examine } from '../doctor/examine.ts';
import { examinationText } from '../doctor/text.ts';
import type { Terminal } from '../terminal.ts';

/** Says what this machine can run. Exit code 0 when the default run is possible, 3 when it is not. */
export const doctorCommand = async (terminal: Terminal, flags: { readonly json?: boolean }): Promise<number> => {
  const examination = await examine();
  terminal.out(
    flags.json === true ? `${printableJson(examination)}\n` : examinationText(examination, terminal.outPalette),
  );
  return examination.defaultRunPossible ? EXIT.expected : EXIT.notStarted;
};
