// Like steps.c, in Node: `wasm N` memories, `buffers N MIB`, `workers N`; says "done" after each.
// usage: node steps-node.mjs NAME
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

process.title = process.argv[2];
const kept = [];
const commands = {
  wasm(count) {
    for (let i = 0; i < count; i++) {
      kept.push(new WebAssembly.Memory({ initial: 1, maximum: 65536 }));
    }
  },
  buffers(count, mib) {
    for (let i = 0; i < count; i++) {
      kept.push(Buffer.alloc(mib * 1024 * 1024, 1));
    }
  },
  async workers(count) {
    const started = Array.from({ length: count }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }));
    kept.push(...started);
    await Promise.all(started.map((worker) => new Promise((resolve) => worker.once('online', resolve))));
  },
};
console.log('done');
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...numbers] = line.split(' ');
  await commands[name](...numbers.map(Number));
  console.log('done');
}
process.exit(0);
