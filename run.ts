process.stderr.write('proto41: no command is available yet\n');
process.exitCode = 2;
