// What Node.js can do at all: reads and parses the same JSON, and answers the same bytes (a file), without a model.
//   node node-http.mjs <port> <file with the answer>
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file] = process.argv.slice(2);
const answer = readFileSync(file, 'utf8');

createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    if (req.method === 'POST') JSON.parse(Buffer.concat(chunks).toString('utf8'));
    res.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(answer),
    });
    res.end(answer);
  });
}).listen(Number(port), '127.0.0.1');
