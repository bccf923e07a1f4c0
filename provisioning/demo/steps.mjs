// A process with plateaus: each minute it takes 64 MiB, after the eighth it gives all of it back; every tenth minute it
// makes a WebAssembly memory, which reserves gigabytes of address space and uses almost none of them.
const MINUTE = 60_000;
const held = [];
let minute = 0;
let wasm;

function step() {
  minute += 1;
  if (held.length === 8) {
    held.length = 0;
  } else {
    held.push(Buffer.alloc(64 * 1024 * 1024, 1));
  }
  if (minute % 10 === 0) {
    wasm = wasm ? undefined : new WebAssembly.Memory({ initial: 1 });
  }
  console.log(`minute ${minute}: holds ${held.length * 64} MiB${wasm ? ' and one WebAssembly memory' : ''}`);
}

step();
setInterval(step, MINUTE);
