// A plain HTTP/2 server that sends one megabyte in one stream and prints its port. Run by Node and by Bun.
const http2 = require('node:http2');
const server = http2.createServer();
server.on('stream', (stream) => {
  stream.respond({ ':status': 200 });
  stream.end(Buffer.alloc(1024 * 1024, 120));
  stream.on('error', () => undefined);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
