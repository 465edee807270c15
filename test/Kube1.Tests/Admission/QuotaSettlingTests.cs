using Kube1.ApiServer.Admission;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Admission;

/// <summary>A store that is slow gives nothing away twice: the test plays the controller that counts too soon.</summary>
public sealed class QuotaSettlingTests
{
    private const string Namespace = "api/v1/namespaces/default/";

    private const string Count = """{"status":{"hard":{"pods":"1"},"used":{"pods":"0"}}}""";

    private const string Pod = """{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Test, CancelAfter(60_000)]
    public async Task Status_LowerWhileWhatWasChargedIsNotStored_IsAConflict(CancellationToken ct)
    {
        var store = new SlowWrite();
        await using var cluster = await SecureCluster.StartAsync(lastPlugin: store);
        await cluster.CreateAsync(Namespace + "serviceaccounts", """{"metadata":{"name":"default"}}""");
        await cluster.CreateAsync(Namespace + "resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}""");
        Assert.That(await CountAsync(cluster), Is.EqualTo(200));
        var slow = cluster.Admin.SendAsync("POST", Namespace + "pods", Pod.Replace("NAME", "slow", StringComparison.Ordinal));
        await store.Begun.Task.WaitAsync(ct);
        cluster.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.That(await CountAsync(cluster), Is.EqualTo(409), "the pod is charged, and nobody can have counted it");
        store.End.SetResult();
        Assert.That((await slow).Code, Is.EqualTo(201));
        Assert.That(await CountAsync(cluster), Is.EqualTo(409), "the pod is stored this moment");
        var (another, _) = await cluster.Admin.SendAsync("POST", Namespace + "pods", Pod.Replace("NAME", "another", StringComparison.Ordinal));
        Assert.That(another, Is.EqualTo(403));
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await CountAsync(cluster), Is.EqualTo(200));
    }

    private static async Task<int> CountAsync(SecureCluster cluster) => (await cluster.Admin.SendAsync(
        "PATCH", Namespace + "resourcequotas/q/status", Count, "application/merge-patch+json")).Code;

    /// <summary>Stands between the charge and the store.</summary>
    private sealed class SlowWrite : IAdmissionPlugin
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "SlowWrite";

        public bool Handles(AdmissionRequest request) =>
            request.Resource.Resource.Resource == "pods" && (string?)request.Object?["metadata"]?["name"] == "slow";

        public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

        public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            await End.Task.WaitAsync(cancellationToken);
        }
    }
}
