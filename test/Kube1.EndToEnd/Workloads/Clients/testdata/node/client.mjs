// Drives a cluster with the Node client: list, an informer, the four patches, exec and forwarded ports. Prints one JSON
// document.
// Usage: node client.mjs NAMESPACE POD
import * as k8s from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';

const [namespace, pod] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const result = { events: [] };

// An informer lists, then watches; each change is awaited before the next is made.
const waiting = [];
const seen = (type) => (object) => {
  result.events.push(`${type} ${object.metadata.name} ${object.data?.step ?? ''}`.trim());
  waiting.shift()?.();
};
const next = () => new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error(`no event after ${JSON.stringify(result.events)}`)), 30000);
  waiting.push(() => { clearTimeout(timer); resolve(); });
});
const informer = k8s.makeInformer(
  config, `/api/v1/namespaces/${namespace}/configmaps`,
  () => core.listNamespacedConfigMap({ namespace, labelSelector: 'by=node' }), 'by=node');
informer.on('add', seen('add'));
informer.on('update', seen('update'));
informer.on('delete', seen('delete'));
let stopping = false;
informer.on('error', (error) => { if (!stopping) throw error; });
await informer.start();

async function change(act) {
  const event = next();
  await act();
  await event;
}

const name = 'steps';
await change(() => core.createNamespacedConfigMap({
  namespace, body: { metadata: { name, labels: { by: 'node' } }, data: { step: 'created' } } }));
const patches = [
  [k8s.PatchStrategy.JsonPatch, [{ op: 'replace', path: '/data/step', value: 'json' }]],
  [k8s.PatchStrategy.MergePatch, { data: { step: 'merge' } }],
  [k8s.PatchStrategy.StrategicMergePatch, { data: { step: 'strategic' } }],
  [k8s.PatchStrategy.ServerSideApply, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { step: 'applied' } }],
];
for (const [strategy, body] of patches) {
  await change(() => core.patchNamespacedConfigMap(
    { namespace, name, body, fieldManager: 'node-test', force: strategy === k8s.PatchStrategy.ServerSideApply ? true : undefined },
    k8s.setHeaderOptions('Content-Type', strategy)));
}
await change(() => core.deleteNamespacedConfigMap({ namespace, name }));
stopping = true; // what ends its watch is told as an error too
await informer.stop();

const pods = await core.listNamespacedPod({ namespace });
result.pods = pods.items.map((p) => p.metadata.name);

const output = new PassThrough();
const errors = new PassThrough();
const chunks = [];
output.on('data', (chunk) => chunks.push(chunk));
result.exec = await new Promise((resolve, reject) => {
  new k8s.Exec(config).exec(
    namespace, pod, undefined, ['sh', '-c', 'cat; exit 3'], output, errors,
    Object.assign(new PassThrough(), {}).end('piped\n'), false,
    (status) => resolve({ output: Buffer.concat(chunks).toString(), status: status.status,
      code: status.details?.causes?.find((c) => c.reason === 'ExitCode')?.message })).catch(reject);
});

// What comes through a port of the pod, and what is said of one that nobody listens on.
async function forward(port, request) {
  const text = { output: '', error: '' };
  const [output, error, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
  output.on('data', (chunk) => { text.output += chunk; });
  error.on('data', (chunk) => { text.error += chunk; });
  const socket = await new k8s.PortForward(config).portForward(namespace, pod, [port], output, error, input);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  input.write(request);
  await closed;
  return text;
}

result.forwarded = await forward(80, 'GET /version HTTP/1.0\r\n\r\n');
result.refused = await forward(81, 'anybody?');

try {
  await core.readNamespacedConfigMap({ namespace, name });
} catch (error) {
  result.missing = error.code;
}

console.log(JSON.stringify(result));
process.exit(0);
