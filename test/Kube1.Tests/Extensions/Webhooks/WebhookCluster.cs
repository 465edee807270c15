using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Streaming;
using Kube1.Client.Streaming;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>An API server behind its HTTPS port, with a server of webhooks beside it.</summary>
internal sealed class WebhookCluster : IAsyncDisposable
{
    public const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private const string Group = "apis/admissionregistration.k8s.io/v1/";

    private readonly SecureCluster _cluster;
    private readonly AuditSpy _spy;

    private WebhookCluster(SecureCluster cluster, WebhookServer hooks, PodNetwork network, AuditSpy spy)
    {
        _cluster = cluster;
        _spy = spy;
        Hooks = hooks;
        Network = network;
    }

    public WebhookServer Hooks { get; }

    public PodNetwork Network { get; }

    public HttpClient Admin => _cluster.Admin;

    public ManualTime Time => _cluster.Time;

    /// <summary>The remarks of the last request that passed validating admission.</summary>
    public IReadOnlyDictionary<string, AuditAnnotation> Remarks => _spy.Last!.Snapshot();

    public static async Task<WebhookCluster> StartAsync()
    {
        var hooks = await WebhookServer.StartAsync();
        var network = new PodNetwork(hooks);
        var spy = new AuditSpy();
        var cluster = await SecureCluster.StartAsync(
            o => o with { Kubelets = new NoKubelets() }, secure: o => o with { Services = network }, lastPlugin: spy);
        return new WebhookCluster(cluster, hooks, network, spy);
    }

    /// <summary>The cluster's objects, past validation and admission.</summary>
    public IObjectRegistry Objects => _cluster.Cluster.Server.Objects;

    public HttpClient As(string user, params string[] groups) => _cluster.As(user, groups);

    /// <summary>
    /// Adds a configuration with one webhook, "name.example.com" at the path of that name; it is about creates of
    /// ConfigMaps unless <paramref name="fields"/>, JSON members, say otherwise.
    /// </summary>
    public Task AddAsync(bool isMutating, string name, string fields = "") => AddAsync(
        isMutating, name, [Webhook(name, fields)]);

    /// <summary>Adds a configuration with these webhooks.</summary>
    public async Task AddAsync(bool isMutating, string name, IEnumerable<JsonObject> webhooks)
    {
        var kind = isMutating ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
        var configuration = new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["webhooks"] = new JsonArray([.. webhooks]),
        };
        await _cluster.CreateAsync(Group + kind.ToLowerInvariant() + "s", configuration.ToJsonString());
    }

    /// <summary>A webhook; see <see cref="AddAsync(bool, string, string)"/>.</summary>
    public JsonObject Webhook(string name, string fields = "")
    {
        var webhook = new JsonObject
        {
            ["name"] = name + ".example.com",
            ["clientConfig"] = new JsonObject { ["url"] = Hooks.Url(name), ["caBundle"] = Hooks.CaBundle },
            ["rules"] = JsonNode.Parse(Rule("CREATE", "", "v1", "configmaps")),
            ["sideEffects"] = "None",
            ["admissionReviewVersions"] = new JsonArray("v1"),
        };
        foreach (var (key, value) in JsonNode.Parse("{" + fields + "}")!.AsObject())
        {
            webhook[key] = value?.DeepClone();
        }

        return webhook;
    }

    /// <summary>The member "rules" with one rule.</summary>
    public static string Rules(string operations, string group, string version, string resources, string scope = "*") =>
        "\"rules\":" + Rule(operations, group, version, resources, scope);

    /// <summary>Removes all configurations and what the webhooks have seen.</summary>
    public async Task ResetAsync()
    {
        foreach (var kind in new[] { "mutatingwebhookconfigurations", "validatingwebhookconfigurations" })
        {
            await Admin.SendAsync("DELETE", Group + kind);
        }

        await Admin.SendAsync("DELETE", ConfigMaps);
        Hooks.Calls.Clear();
        Network.Dialed.Clear();
    }

    public Task<(int Code, JsonObject Body)> CreateConfigMapAsync(string name, string query = "") =>
        Admin.SendAsync("POST", ConfigMaps + query, ApiTestClient.ConfigMap(name));

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await Hooks.DisposeAsync();
    }

    private static string Rule(string operations, string group, string version, string resources, string scope = "*") =>
        $$"""[{"operations":{{List(operations)}},"apiGroups":{{List(group)}},"apiVersions":{{List(version)}},"resources":{{List(resources)}},"scope":"{{scope}}"}]""";

    private static string List(string items) => "[" + string.Join(',', items.Split(',').Select(i => $"\"{i}\"")) + "]";

    /// <summary>Runs last of all plug-ins and looks at what the others have remarked.</summary>
    private sealed class AuditSpy : IAdmissionPlugin
    {
        public AuditAnnotations? Last { get; private set; }

        public string Name => "AuditSpy";

        public bool Handles(AdmissionRequest request) => true;

        public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

        public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            Last = request.Origin!.AuditAnnotations;
            return default;
        }
    }

    /// <summary>Nodes that cannot be reached.</summary>
    private sealed class NoKubelets : IBackendConnector
    {
        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
            throw new HttpRequestException("no such node");

        public Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request, CancellationToken ct) =>
            throw new IOException("no such node");
    }

    /// <summary>Leads every pod address to the webhook server, and those that end in .99 nowhere.</summary>
    internal sealed class PodNetwork(WebhookServer hooks) : IServiceDialer
    {
        private readonly SocketDialer _inner = new();

        public ConcurrentQueue<string> Dialed { get; } = new();

        public ValueTask<Stream> DialAsync(string host, int port, CancellationToken cancellationToken)
        {
            Dialed.Enqueue($"{host}:{port}");
            return host.StartsWith("10.", StringComparison.Ordinal)
                ? _inner.DialAsync("127.0.0.1", host.EndsWith(".99", StringComparison.Ordinal) ? 1 : hooks.Port, cancellationToken)
                : _inner.DialAsync(host, port, cancellationToken);
        }
    }
}
