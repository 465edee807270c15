// An informer on a custom resource. Prints one JSON document a line: each list that it makes, each
// further watch, and each change that it sees.
// Usage: node informer.mjs GROUP VERSION PLURAL NAMESPACE
import * as k8s from '@kubernetes/client-node';

const [group, version, plural, namespace] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromDefault();
const objects = config.makeApiClient(k8s.CustomObjectsApi);
const tell = (line) => console.log(JSON.stringify(line));

const informer = k8s.makeInformer(config, `/apis/${group}/${version}/namespaces/${namespace}/${plural}`, async () => {
  const list = await objects.listNamespacedCustomObject({ group, version, namespace, plural });
  tell({ list: list.items.length, kind: list.kind });
  return list;
});
for (const type of ['add', 'update', 'delete']) {
  informer.on(type, (object) => tell({ [type]: object.metadata.name, spec: object.spec }));
}
let connects = 0;
informer.on('connect', () => { if (++connects > 1) tell({ connect: connects }); });
// A watch that breaks is for whoever uses the client to begin anew.
informer.on('error', () => informer.start());
await informer.start();
