namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed class ConfigurationTests
{
    private const string ConfigMap = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {colour: blue, page: "first page"}
        """;

    private const string Secret = """
        apiVersion: v1
        kind: Secret
        metadata: {name: password}
        stringData: {password: "s3cret"}
        """;

    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: web
                image: web:v1
                command: [sh, -c, 'printf "%s %s" "$COLOUR" "$(cat /secret/password)" >/www/seen; exec httpd -f -p 80 -h /www']
                env:
                - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
                volumeMounts:
                - {name: pages, mountPath: /www/pages}
                - {name: secret, mountPath: /secret, readOnly: true}
                readinessProbe: {httpGet: {path: /seen, port: 80}, periodSeconds: 1}
              volumes:
              - {name: pages, configMap: {name: settings, items: [{key: page, path: page.txt}]}}
              - {name: secret, secret: {secretName: password, defaultMode: 0400}}
        """;

    private const string Service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80}]
        """;

    [Test]
    public async Task Apply_Directory_CreatesThenChangesOnlyWhatDiffers()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("applied");
        var folder = Directory.CreateTempSubdirectory("kube1-apply-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "1-settings.yaml"), ConfigMap);
            await File.WriteAllTextAsync(Path.Combine(folder, "2-password.yaml"), Secret);
            await File.WriteAllTextAsync(Path.Combine(folder, "3-web.yaml"), Deployment);
            await File.WriteAllTextAsync(Path.Combine(folder, "4-service.yaml"), Service);
            Assert.That(await space.KubectlAsync("apply", "-f", folder), Is.EqualTo(
                "configmap/settings created\nsecret/password created\ndeployment.apps/web created\nservice/web created\n"));
            await space.WaitForRolloutAsync("web");
            await UntilFetchedAsync(space, "first", "/seen /pages/page.txt", "blue s3cretfirst page");

            await File.WriteAllTextAsync(
                Path.Combine(folder, "1-settings.yaml"), ConfigMap.Replace("blue", "green", StringComparison.Ordinal));
            await File.WriteAllTextAsync(
                Path.Combine(folder, "3-web.yaml"),
                Deployment.Replace("{app: web}}\n    spec:", "{app: web, step: two}}\n    spec:", StringComparison.Ordinal));
            Assert.That(await space.KubectlAsync("apply", "-f", folder), Is.EqualTo(
                "configmap/settings configured\nsecret/password configured\ndeployment.apps/web configured\n"
                + "service/web unchanged\n").Or.EqualTo(
                "configmap/settings configured\nsecret/password unchanged\ndeployment.apps/web configured\n"
                + "service/web unchanged\n"));
            await space.WaitForRolloutAsync("web");
            await UntilFetchedAsync(space, "second", "/seen", "green s3cret");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task ConfigMap_AsEnvironmentAndFiles_ReachesTheContainer()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("configured");
        await space.KubectlAsync("create", "configmap", "settings", "--from-literal=COLOUR=blue", "--from-literal=SIZE=9");
        await space.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: reader, labels: {tier: back}}
            spec:
              restartPolicy: Never
              containers:
              - name: main
                image: busybox:v1
                command: [sh, -c, 'echo $COLOUR $MY_NAME $(SIZE); cat /config/COLOUR; echo; cat /info/labels']
                envFrom: [{configMapRef: {name: settings}}]
                env: [{name: MY_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                volumeMounts: [{name: config, mountPath: /config}, {name: info, mountPath: /info}]
              volumes:
              - {name: config, configMap: {name: settings}}
              - {name: info, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
            """);
        Assert.That(await space.WaitForLogAsync("reader"), Is.EqualTo("blue reader 9\nblue\ntier=\"back\""));
    }

    [Test]
    public async Task ConfigMap_Changed_IsSeenInTheRunningContainersFiles()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("updated");
        await space.KubectlAsync("create", "configmap", "settings", "--from-literal=colour=blue");
        await space.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: waiting}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: busybox:v1
                command: [sh, -c, 'cat /config/colour; until grep -q green /config/colour; do sleep 0.1; done; cat /config/colour']
                volumeMounts: [{name: config, mountPath: /config}]
              volumes: [{name: config, configMap: {name: settings}}]
            """);
        await space.KubectlAsync("wait", "pod/waiting", "--for=condition=Ready", "--timeout=60s");
        await space.KubectlAsync("patch", "configmap", "settings", "-p", """{"data":{"colour":"green"}}""");
        await space.KubectlAsync(
            "wait", "pod/waiting", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=100s");
        Assert.That(await space.KubectlAsync("logs", "waiting"), Is.EqualTo("bluegreen"));
    }

    /// <summary>
    /// Lets a pod of its own read pages of the Service until they are as expected: the Service's rules follow the pods.
    /// </summary>
    private static async Task UntilFetchedAsync(Kit.TestNamespace space, string pod, string paths, string expected)
    {
        var pages = string.Join(" && ", paths.Split(' ').Select(path => $"wget -qO- http://web{path}"));
        var command = $"until got=$({pages}); echo \"$got\"; [ \"$got\" = '{expected}' ]; do sleep 1; done";
        await space.KubectlAsync("run", pod, "--image=busybox:v1", "--restart=Never", "--", "sh", "-c", command);
        Assert.That(await space.WaitForLogAsync(pod), Does.EndWith(expected + "\n"));
    }
}
