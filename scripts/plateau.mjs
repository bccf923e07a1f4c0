#!/usr/bin/env node
// The `plateau` command in a checkout: installs once, then runs the TypeScript command with Bun.
import { ensureInstalled, runWithBun } from './bootstrap.mjs';

ensureInstalled();
runWithBun('src/cli/main.ts', process.argv.slice(2));
