using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Patches;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Kube1.Testing;

namespace Kube1.Benchmarks.ApiServer;

/// <summary>
/// What each stage of a write costs, without HTTP: processor time and bytes allocated, for a pod of about 4 KB with the
/// admission plug-ins of a real server. The commit alone waits for the disk; its time is not the processor's.
/// </summary>
internal sealed class WriteStageBenchmark : IAsyncDisposable
{
    private const int Batches = 40;
    private const int RoundsPerBatch = 100;

    /// <summary>As many as the compiler takes to make its last code, beside whatever else the machine does.</summary>
    private const int WarmUpBatches = 60;

    private const int Commits = 300;
    private const int WarmUpRequests = 4000;
    private const int Requests = 1000;
    private const int Containers = 8;

    private const string LabelPatch = """{"metadata":{"labels":{"patched":"yes-NUMBER"}}}""";

    private const string ImagePatch = """{"spec":{"containers":[{"name":"c0","image":"registry.example.com/team/app:NUMBER"}]}}""";

    private readonly TextWriter _output;
    private readonly TestCluster _cluster;
    private readonly ECDsa _key;
    private readonly ServedResource _pods;
    private readonly AdmissionChain _admission;
    private readonly StrategyContext _context;
    private readonly byte[] _body = Encoding.UTF8.GetBytes(PodBody());
    private int _created;

    private WriteStageBenchmark(TextWriter output, TestCluster cluster)
    {
        _output = output;
        _cluster = cluster;
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _pods = ResourceTable.BuiltIn(cluster.Store).Find(new GroupVersionKind("", "v1", "Pod"))!;
        var security = SecurityComposition.Create(
            new SecurityOptions { ClientCas = [], ServiceAccountKey = _key }, cluster.Store, cluster.Clock);
        _admission = new AdmissionChain(security.Admission, cluster.Clock);
        _context = new StrategyContext(
            TestCluster.Administrator, _pods.Descriptor, cluster.Server.Objects, cluster.Clock, new ClusterSettings());
    }

    /// <summary>Prints the table.</summary>
    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var cluster = await TestCluster.StartAsync(
            new TestClusterOptions { Time = TimeProvider.System }, cancellationToken).ConfigureAwait(false);
        await using var closing = cluster.ConfigureAwait(false);
        using var created = await cluster.Http.PostAsync(
            "api/v1/namespaces/default/serviceaccounts",
            new StringContent("""{"metadata":{"name":"default"}}""", Encoding.UTF8, "application/json"), cancellationToken)
            .ConfigureAwait(false);
        var benchmark = new WriteStageBenchmark(output, cluster);
        await using var disposing = benchmark.ConfigureAwait(false);
        await output.WriteLineAsync($"Stages of a write, a pod of {benchmark._body.Length} bytes").ConfigureAwait(false);
        await benchmark.MeasureCreateAsync(cancellationToken).ConfigureAwait(false);
        await benchmark.MeasurePatchAsync().ConfigureAwait(false);
        await benchmark.MeasureReadsAsync().ConfigureAwait(false);
        await benchmark.MeasureRequestsAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        return default;
    }

    private async Task MeasureCreateAsync(CancellationToken cancellationToken)
    {
        await StageAsync("create: decode, strict", () => 0, _ => Decode()).ConfigureAwait(false);
        await StageAsync("create: default", Decode, _pods.Strategy.Default).ConfigureAwait(false);
        await StageAsync("create: admit", Defaulted, Admit).ConfigureAwait(false);
        await StageAsync("create: validate", Admitted, Validate).ConfigureAwait(false);
        await StageAsync("create: encode", Admitted, obj => _pods.Codec.Encode(obj)).ConfigureAwait(false);

        var values = new byte[Commits][];
        for (var i = 0; i < Commits; i++)
        {
            values[i] = _pods.Codec.Encode(Admitted());
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        foreach (var value in values)
        {
            await _cluster.Store.WriteAsync(
                WriteOperation.Create(_pods.Objects, $"default/pod-{_created++}", value), cancellationToken).ConfigureAwait(false);
        }

        await PrintAsync(
            "create: commit, one at a time", Stopwatch.GetElapsedTime(began), GC.GetTotalAllocatedBytes(precise: true) - before,
            Commits).ConfigureAwait(false);
    }

    private async Task MeasurePatchAsync()
    {
        var stored = _pods.Objects.Snapshot.Get("default/pod-0")!;
        JsonObject Current() => ObjectCodec.Decode(stored, stored.Revision);
        await StageAsync("patch: decode stored", () => 0, _ => Current()).ConfigureAwait(false);
        await MeasurePatchAsync("label", LabelPatch, keepsRest: true, Current).ConfigureAwait(false);
        await MeasurePatchAsync("image", ImagePatch, keepsRest: false, Current).ConfigureAwait(false);
    }

    private async Task MeasurePatchAsync(string what, string patch, bool keepsRest, Func<JsonObject> current)
    {
        var body = Encoding.UTF8.GetBytes(Numbered(patch, 1));
        var context = _context with { KeepsRest = keepsRest };
        JsonObject Apply(JsonObject obj) => StrategicMergePatch.Apply(
            obj, PatchBody.ReadStrategic(body, FieldValidation.Warn, out _), _pods.Schema!);
        JsonObject Patched() => Apply(current());
        JsonObject Canonicalize(JsonObject obj) => (keepsRest
            ? ObjectDecoder.CanonicalizeMetadata(obj, _pods.Schema!)
            : ObjectDecoder.Canonicalize(obj, _pods.Schema!)).Object;
        JsonObject Canonical() => Canonicalize(Patched());
        await StageAsync($"patch of {what}: apply", current, Apply).ConfigureAwait(false);
        await StageAsync($"patch of {what}: canonicalize", Patched, Canonicalize).ConfigureAwait(false);
        if (!keepsRest)
        {
            await StageAsync($"patch of {what}: default", Canonical, _pods.Strategy.Default).ConfigureAwait(false);
        }

        await StageAsync(
            $"patch of {what}: validate", () => (Old: current(), New: Canonical()),
            pair =>
            {
                var errors = new FieldErrorList();
                ObjectMetaValidation.ValidateUpdate(pair.New, pair.Old, errors);
                _pods.Strategy.ValidateUpdate(context, pair.New, pair.Old, errors);
            }).ConfigureAwait(false);
        await StageAsync($"patch of {what}: encode", Canonical, obj => _pods.Codec.Encode(obj)).ConfigureAwait(false);
    }

    // All of it, the client's side too: requests in the process, one after the other.
    private async Task MeasureRequestsAsync(CancellationToken cancellationToken)
    {
        const string pods = "api/v1/namespaces/default/pods";
        var body = Encoding.UTF8.GetString(_body);
        await RequestsAsync("request: create", HttpMethod.Post, "application/json", i => (
            pods, body.Replace("\"name\":\"pod\"", $"\"name\":\"whole-{i}\"", StringComparison.Ordinal)), cancellationToken)
            .ConfigureAwait(false);
        foreach (var (what, patch) in new[] { ("label", LabelPatch), ("image", ImagePatch) })
        {
            await RequestsAsync($"request: patch of {what}", HttpMethod.Patch, "application/strategic-merge-patch+json", i => (
                $"{pods}/whole-0", Numbered(patch, i)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RequestsAsync(
        string name, HttpMethod method, string mediaType, Func<int, (string Path, string Body)> request,
        CancellationToken cancellationToken)
    {
        var (busy, bytes) = (TimeSpan.Zero, 0L);
        for (var i = 0; i < WarmUpRequests + Requests; i++)
        {
            if (i == WarmUpRequests)
            {
                busy = Environment.CpuUsage.TotalTime;
                bytes = GC.GetTotalAllocatedBytes(precise: true);
            }

            var (path, body) = request(i);
            using var message = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
            using var answer = await _cluster.Http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
        }

        await PrintAsync(
            name, Environment.CpuUsage.TotalTime - busy, GC.GetTotalAllocatedBytes(precise: true) - bytes, Requests)
            .ConfigureAwait(false);
    }

    private async Task MeasureReadsAsync()
    {
        var stored = _pods.Objects.Snapshot.Get("default/pod-0")!;
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var json = _pods.Codec.ToBytes(stored, stored.Revision);
        await StageAsync("answer: JSON", output.ResetWrittenCount, () => _pods.Codec.WriteTo(output, stored, stored.Revision))
            .ConfigureAwait(false);
        await StageAsync(
            "answer: protobuf", output.ResetWrittenCount, () => ProtobufObjects.TryWrite(output, json)).ConfigureAwait(false);
    }

    private JsonObject Decode() => ObjectDecoder.Decode(_body, _pods.Schema!, FieldValidation.Strict).Object;

    private JsonObject Defaulted()
    {
        var obj = Decode();
        _pods.Strategy.Default(obj);
        var meta = ObjectMetadata.Of(obj);
        meta.Namespace = "default";
        meta.Uid = "00000000-0000-0000-0000-000000000000";
        return obj;
    }

    private JsonObject Admitted()
    {
        var obj = Defaulted();
        Admit(obj);
        _pods.Strategy.PrepareForCreate(_context, obj);
        return obj;
    }

    private void Admit(JsonObject obj)
    {
        var admitted = _admission.AdmitAsync(
            new AdmissionRequest
            {
                Operation = AdmissionOperation.Create,
                Resource = _pods.Descriptor,
                Namespace = "default",
                Name = "pod",
                User = TestCluster.Administrator,
                Object = obj,
                Objects = _cluster.Server.Objects,
            },
            CancellationToken.None);
        if (!admitted.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("admission waits for something: it cannot be measured on one thread");
        }
    }

    private void Validate(JsonObject obj)
    {
        var errors = new FieldErrorList();
        ObjectMetaValidation.Validate(obj, _pods.Descriptor.Namespaced, _pods.Strategy.ValidateName, errors);
        _pods.Strategy.Validate(_context, obj, errors);
        if (errors.Count > 0)
        {
            throw new InvalidOperationException("the benchmark's pod is invalid: " + string.Join(", ", errors));
        }
    }

    private static string Numbered(string patch, int number) =>
        patch.Replace("NUMBER", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private Task StageAsync(string name, Action prepare, Action stage) =>
        StageAsync(name, () => { prepare(); return 0; }, _ => stage());

    private Task StageAsync<T>(string name, Func<T> prepare, Func<T, object?> stage) =>
        StageAsync(name, prepare, input => { stage(input); });

    // Inputs are made outside of the clock, since stages change them. The median of the batches is what a stage costs
    // when neither the compiler nor the collector works beside it.
    private Task StageAsync<T>(string name, Func<T> prepare, Action<T> stage)
    {
        var times = new List<TimeSpan>();
        var bytes = 0L;
        for (var batch = -WarmUpBatches; batch < Batches; batch++)
        {
            var inputs = Enumerable.Range(0, RoundsPerBatch).Select(_ => prepare()).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var busy = Environment.CpuUsage.TotalTime;
            foreach (var input in inputs)
            {
                stage(input);
            }

            if (batch >= 0)
            {
                times.Add(Environment.CpuUsage.TotalTime - busy);
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        times.Sort();
        return PrintAsync(name, times[Batches / 2], bytes / Batches, RoundsPerBatch);
    }

    private Task PrintAsync(string name, TimeSpan elapsed, long bytes, int rounds) => _output.WriteLineAsync(
        $"  {name,-32}{elapsed.TotalMicroseconds / rounds,9:F1} us {bytes / rounds,9} bytes");

    private static string PodBody()
    {
        var containers = Enumerable.Range(0, Containers).Select(i => $$$$"""
            {"name":"c{{{{i}}}}","image":"registry.example.com/team/app:{{{{i}}}}","args":["--verbose=1","--listen=:808{{{{i}}}}"],
            "env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "ports":[{"containerPort":{{{{8000 + i}}}},"name":"http-{{{{i}}}}","protocol":"TCP"}],
            "resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"1","memory":"1Gi"}},
            "readinessProbe":{"httpGet":{"path":"/ready","port":{{{{8000 + i}}}}}},
            "volumeMounts":[{"name":"v","mountPath":"/var/lib/app"}]}
            """.ReplaceLineEndings(""));
        return """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod","labels":{"app":"web"}},"spec":{"containers":["""
            + string.Join(',', containers) + """],"volumes":[{"name":"v","emptyDir":{}}]}}""";
    }
}
