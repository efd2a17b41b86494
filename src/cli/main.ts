#!/usr/bin/env node
import { createProgram, runProgram } from './create-program.js';

/** The command line: `node dist/src/cli/main.js` in production, `npm run rollcall --` in a checkout. */
process.exitCode = await runProgram(createProgram(), process.argv.slice(2));
