// The least that a runtime can be, where AWS's own does not install: it loads the handler and asks for an event.
// Whatever the real one does beyond that is missing here, in favour of the peer.
'use strict';

const http = require('node:http');

const { handler } = require('./index.js');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });

/** One call of the Runtime API: headers and body of the answer. */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function main() {
  for (;;) {
    const next = await call('GET', 'next');
    const id = next.headers['lambda-runtime-aws-request-id'];
    const answer = await handler(JSON.parse(next.body));
    await call('POST', `${id}/response`, JSON.stringify(answer));
  }
}

main();
