// A process with a known plateau: holds its level until it reads a line, then adds MIB mebibytes and holds again.
// usage: node step.mjs NAME MIB; prints "level" at each level, ends with its stdin.
const [name, mib] = process.argv.slice(2);
process.title = name;
const kept = [];
process.stdin.on('data', () => {
  // One mapping of its own, written to: address space and resident memory rise by the same amount.
  kept.push(Buffer.alloc(Number(mib) * 1024 * 1024, 1));
  process.stdout.write('level\n');
});
process.stdin.on('end', () => process.exit(0));
process.stdout.write('level\n');
