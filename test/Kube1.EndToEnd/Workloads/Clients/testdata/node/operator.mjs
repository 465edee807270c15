// A small operator: makes a ConfigMap and a Deployment of each Website, keeps them so, and tells of it in the status. What it
// made goes with the Website; before that it writes down that the site was closed, by way of a finalizer.
// Usage: node operator.mjs GROUP NAMESPACE
import * as k8s from '@kubernetes/client-node';

const [group, namespace] = process.argv.slice(2);
const resource = { group, version: 'v1', namespace, plural: 'websites' };
const finalizer = `${group}/close`;
const manager = 'website-operator';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const objects = config.makeApiClient(k8s.CustomObjectsApi);

const apply = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply);
const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);
const owned = (name, body) => ({ namespace, name, body, fieldManager: manager, force: true });

const websites = new Map();
const deployments = new Map();

async function reconcile(name) {
  const website = websites.get(name);
  if (!website) {
    return;
  }
  if (website.metadata.deletionTimestamp) {
    await close(website);
    return;
  }
  if (!website.metadata.finalizers?.includes(finalizer)) {
    // Its own change comes back as an event, and the rest is done then.
    await objects.patchNamespacedCustomObject(
      { ...resource, name, body: { metadata: { finalizers: [...website.metadata.finalizers ?? [], finalizer] } } }, merge);
    return;
  }
  await publish(website);
  await report(website);
}

async function publish({ metadata: { name, uid }, spec, apiVersion, kind }) {
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }];
  const labels = { website: name };
  await core.patchNamespacedConfigMap(owned(`${name}-pages`, {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-pages`, labels, ownerReferences },
    data: { TITLE: spec.title, ...Object.fromEntries((spec.pages ?? []).map((p) => [p.path.replaceAll('/', '_'), p.body ?? ''])) } }), apply);
  await apps.patchNamespacedDeployment(owned(name, {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels, ownerReferences },
    spec: {
      replicas: spec.replicas, selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{
          name: 'web', image: 'web:v1', ports: [{ name: 'http', containerPort: 80 }],
          readinessProbe: { httpGet: { path: '/version', port: 'http' }, periodSeconds: 1 },
          envFrom: [{ configMapRef: { name: `${name}-pages` } }] }] } } } }), apply);
}

async function report({ metadata: { name, generation }, spec, apiVersion, kind }) {
  const ready = deployments.get(name)?.status?.readyReplicas ?? 0;
  const isReady = ready === spec.replicas;
  await objects.patchNamespacedCustomObjectStatus({ ...resource, name, fieldManager: manager, force: true, body: {
    apiVersion, kind, metadata: { name },
    status: {
      replicas: ready, selector: `website=${name}`, observedGeneration: generation,
      phase: isReady ? 'Published' : 'Publishing', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] } } }, apply);
}

async function close({ metadata: { name, finalizers } }) {
  if (!finalizers?.includes(finalizer)) {
    return;
  }
  await core.patchNamespacedConfigMap(owned('closed', {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'closed' }, data: { [name]: 'closed' } }), apply);
  await objects.patchNamespacedCustomObject(
    { ...resource, name, body: { metadata: { finalizers: finalizers.filter((f) => f !== finalizer) } } }, merge);
}

// One reconciliation at a time, whatever happened in between; a failed one is tried again.
const waiting = new Set();
let running = false;
async function work() {
  if (running) {
    return;
  }
  running = true;
  for (const name of waiting) {
    waiting.delete(name);
    try {
      await reconcile(name);
    } catch (error) {
      if (error.code !== 404) {
        console.error(`${name}: ${error.message}`);
        setTimeout(() => enqueue(name), 500);
      }
    }
  }
  running = false;
}
function enqueue(name) {
  waiting.add(name);
  work();
}

async function follow(path, list, cache, nameOf) {
  const informer = k8s.makeInformer(config, path, list);
  for (const type of ['add', 'update']) {
    informer.on(type, (object) => { cache.set(nameOf(object), object); enqueue(nameOf(object)); });
  }
  informer.on('delete', (object) => { cache.delete(nameOf(object)); enqueue(nameOf(object)); });
  informer.on('error', () => informer.start());
  await informer.start();
}

await follow(`/apis/${group}/v1/namespaces/${namespace}/websites`,
  () => objects.listNamespacedCustomObject(resource), websites, (o) => o.metadata.name);
await follow(`/apis/apps/v1/namespaces/${namespace}/deployments`,
  () => apps.listNamespacedDeployment({ namespace }), deployments, (o) => o.metadata.name);
await follow(`/api/v1/namespaces/${namespace}/configmaps`,
  () => core.listNamespacedConfigMap({ namespace, labelSelector: 'website' }), new Map(), (o) => o.metadata.labels?.website);
console.log('started');
