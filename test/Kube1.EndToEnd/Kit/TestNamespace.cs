namespace Kube1.EndToEnd.Kit;

/// <summary>A namespace of one test; disposing deletes it without waiting for its pods to end.</summary>
internal sealed class TestNamespace : IAsyncDisposable
{
    private readonly LiveCluster _cluster;

    private TestNamespace(LiveCluster cluster, string name)
    {
        _cluster = cluster;
        Name = name;
    }

    public string Name { get; }

    /// <summary>
    /// Creates it and waits for what controllers put into it: its service account, without which a bare pod is refused, as
    /// upstream does, and the ConfigMap that each pod mounts.
    /// </summary>
    public static async Task<TestNamespace> CreateAsync(LiveCluster cluster, string name)
    {
        await cluster.KubectlAsync("create", "namespace", name);
        var created = new TestNamespace(cluster, name);
        await created.KubectlAsync(
            "wait", "--for=create", "serviceaccount/default", "configmap/kube-root-ca.crt", "--timeout=60s");
        return created;
    }

    /// <summary>Runs kubectl in the namespace; a failure fails the test with what it printed.</summary>
    public Task<string> KubectlAsync(params string[] arguments) =>
        _cluster.KubectlAsync(["--namespace", Name, .. arguments]);

    /// <summary>Runs kubectl in the namespace and returns how it ended.</summary>
    public Task<ProgramResult> TryKubectlAsync(string? input, params string[] arguments) =>
        _cluster.TryKubectlAsync(["--namespace", Name, .. arguments], input);

    /// <summary>Applies a manifest.</summary>
    public async Task<string> ApplyAsync(string manifest)
    {
        var result = await TryKubectlAsync(manifest, "apply", "-f", "-");
        Assert.That(result.ExitCode, Is.Zero, $"kubectl apply: {result}\n{manifest}");
        return result.Output;
    }

    /// <summary>A field of an object, or of each object of a list, by kubectl's JSONPath.</summary>
    public Task<string> GetAsync(string objects, string path, params string[] more) =>
        KubectlAsync(["get", objects, "-o", $"jsonpath={path}", .. more]);

    /// <summary>Waits until a rollout is complete; a failure shows the pods and events.</summary>
    public async Task WaitForRolloutAsync(string deployment)
    {
        var result = await TryKubectlAsync(null, "rollout", "status", "deployment/" + deployment, "--timeout=120s");
        if (result.ExitCode != 0)
        {
            Assert.Fail($"rollout of {deployment}: {result}\n{await ShowAsync()}");
        }
    }

    /// <summary>Waits until a Service has as many ready endpoints.</summary>
    public Task UntilEndpointsAsync(string service, int count) => _cluster.UntilEndpointsAsync(Name, service, count);

    /// <summary>Waits until each endpoint of a Service answers, and the Service too; returns the address of its version.</summary>
    public Task<Uri> UntilServedAsync(string service) => _cluster.UntilServedAsync(Name, service, "/version");

    /// <summary>Waits for an event: they are recorded beside the work that they tell of, so they may come a moment later.</summary>
    public Task UntilEventAsync(string about, string reason) => _cluster.UntilAsync(
        names => names.Length > 0, "--namespace", Name, "get", "events", "-o", "name",
        "--field-selector", $"involvedObject.name={about},reason={reason}");

    /// <summary>Waits until a pod has run to its end and returns its log.</summary>
    public async Task<string> WaitForLogAsync(string pod)
    {
        var result = await TryKubectlAsync(
            null, "wait", "pod/" + pod, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=90s");
        if (result.ExitCode != 0)
        {
            Assert.Fail($"{pod} did not succeed: {result}\n{await TryKubectlAsync(null, "logs", pod)}\n{await ShowAsync()}");
        }

        return await KubectlAsync("logs", pod);
    }

    public async ValueTask DisposeAsync() =>
        await _cluster.KubectlAsync("delete", "namespace", Name, "--wait=false", "--ignore-not-found");

    private async Task<string> ShowAsync() =>
        $"{(await TryKubectlAsync(null, "get", "all", "-o", "wide")).Output}\n{(await TryKubectlAsync(null, "get", "events")).Output}";
}
