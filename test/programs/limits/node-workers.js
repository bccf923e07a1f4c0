const { Worker } = require('worker_threads');
let up = 0;
const n = Number(process.argv[2] || 2);
const ws = [];
for (let i = 0; i < n; i++) {
  const w = new Worker(
    "const {parentPort}=require('worker_threads'); parentPort.postMessage('up'); parentPort.on('message',()=>process.exit(0));",
    { eval: true }
  );
  ws.push(w);
  w.on('message', () => {
    if (++up === n) {
      console.log('ready');
      process.stdin.resume();
      process.stdin.on('end', () => process.exit(0));
    }
  });
  w.on('error', () => process.exit(3));
}
