// The conversion webhook of the Website definition, as its author would run it: HTTPS, one path, the two directions.
// Usage: node convert.mjs KEY CERTIFICATE PORT; prints the port that it listens on.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [key, cert, port] = process.argv.slice(2);
const names = { v1: { hostname: 'host', size: 'replicas' }, v1beta1: { host: 'hostname', replicas: 'size' } };

function convert(object, apiVersion) {
  if (object.spec?.title === 'unspeakable') {
    throw new Error(`nobody can say the title of ${object.metadata.name}`);
  }
  const renamed = names[apiVersion.split('/')[1]];
  const spec = object.spec && Object.fromEntries(Object.entries(object.spec).map(([k, v]) => [renamed[k] ?? k, v]));
  return { ...object, apiVersion, ...(spec && { spec }) };
}

function answer({ uid, desiredAPIVersion, objects }) {
  try {
    const convertedObjects = objects.map((object) => convert(object, desiredAPIVersion));
    return { uid, result: { status: 'Success' }, convertedObjects };
  } catch (error) {
    return { uid, result: { status: 'Failure', message: error.message } };
  }
}

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { apiVersion, kind, request: review } = JSON.parse(Buffer.concat(chunks));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ apiVersion, kind, response: answer(review) }));
});
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port));
