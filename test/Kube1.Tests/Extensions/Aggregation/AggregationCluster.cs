using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Kube1.ApiServer;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.Cluster.Pki;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.Aggregation;

/// <summary>An API server behind its HTTPS port, with an aggregated API server in a pod behind the Service default/api.</summary>
internal sealed class AggregationCluster : IAsyncDisposable
{
    public const string ApiServices = "apis/apiregistration.k8s.io/v1/apiservices";
    public const string Name = "v1.example.org";
    public const string Flunders = "apis/example.org/v1/namespaces/default/flunders";

    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(60);

    private readonly SecureCluster _cluster;
    private readonly CertificateAuthority _frontProxies;
    private readonly X509Certificate2 _certificate;

    private AggregationCluster(
        SecureCluster cluster, ExtensionServer server, PodNetwork network, CertificateAuthority frontProxies,
        X509Certificate2 certificate)
    {
        (_cluster, Server, Network, _frontProxies, _certificate) = (cluster, server, network, frontProxies, certificate);
    }

    public ExtensionServer Server { get; }

    public PodNetwork Network { get; }

    public HttpClient Admin => _cluster.Admin;

    public ManualTime Time => _cluster.Time;

    public TestCluster Cluster => _cluster.Cluster;

    public SecureCluster Secure => _cluster;

    /// <summary>Whether a certificate is that of the server under test.</summary>
    public bool IsServers(X509Certificate? certificate) =>
        certificate?.GetCertHashString() == Cluster.ServingCertificate!.GetCertHashString();

    public static async Task<AggregationCluster> StartAsync(Func<ApiServerOptions, ApiServerOptions>? configure = null)
    {
        var frontProxies = CertificateAuthority.Create("front-proxy-ca", new ManualTime());
        var certificate = frontProxies.IssueClient("front-proxy-client");
        var server = await ExtensionServer.StartAsync(
            frontProxies.Certificate, new ManualTime(), IPAddress.Loopback, "api.default.svc");
        var network = new PodNetwork { Port = server.Port };
        var cluster = await SecureCluster.StartAsync(o =>
        {
            o = o with { Services = network, AggregatorCertificate = () => certificate };
            return configure?.Invoke(o) ?? o;
        });
        return new AggregationCluster(cluster, server, network, frontProxies, certificate);
    }

    public HttpClient As(string user, params string[] groups) => _cluster.As(user, groups);

    /// <summary>Adds the Service, its endpoint and the APIService, and waits until that is available.</summary>
    public async Task RegisterAsync(string fields = "")
    {
        await AddServiceAsync();
        await AddEndpointsAsync();
        await AddApiServiceAsync(fields);
        await WaitForAsync("True", "Passed");
    }

    public Task AddServiceAsync() => _cluster.CreateAsync(
        "api/v1/namespaces/default/services",
        """{"metadata":{"name":"api"},"spec":{"ports":[{"name":"https","port":443,"targetPort":8443}]}}""");

    public Task AddEndpointsAsync(bool isReady = true, string name = "api-1") => _cluster.CreateAsync(
        "apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
        "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"kubernetes.io/service-name\":\"api\"}},\"addressType\":\"IPv4\","
        + "\"ports\":[{\"name\":\"https\",\"port\":8443}],\"endpoints\":[{\"addresses\":[\"10.42.0.5\"],\"conditions\":{\"ready\":"
        + (isReady ? "true" : "false") + "}}]}");

    /// <summary>The same without waiting; fields are JSON members of the spec that come in the place of others.</summary>
    public async Task AddApiServiceAsync(string fields = "")
    {
        var spec = new JsonObject
        {
            ["group"] = "example.org",
            ["version"] = "v1",
            ["groupPriorityMinimum"] = 2000,
            ["versionPriority"] = 10,
            ["service"] = new JsonObject { ["namespace"] = "default", ["name"] = "api" },
            ["caBundle"] = Server.CaBundle,
        };
        foreach (var (key, value) in JsonNode.Parse("{" + fields + "}")!.AsObject())
        {
            spec[key] = value?.DeepClone();
        }

        await _cluster.CreateAsync(ApiServices, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{spec["version"]}.{spec["group"]}" },
            ["spec"] = spec,
        }.ToJsonString());
    }

    /// <summary>Changes the APIService; fields are JSON members of its spec.</summary>
    public async Task ReplaceTrustAsync(string fields)
    {
        var (code, answer) = await Admin.SendAsync(
            "PATCH", ApiServices + "/" + Name, "{\"spec\":{" + fields + "}}", "application/merge-patch+json");
        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
    }

    /// <summary>Waits until the condition of an APIService is this, and returns its message.</summary>
    public async Task<string> WaitForAsync(string status, string reason, string name = Name)
    {
        var condition = await WatchAsync(name, c => c?.Text("status") == status && c.Text("reason") == reason);
        return condition!.Text("message");
    }

    /// <summary>Waits until an APIService is as wanted; it is null when there is none.</summary>
    public async Task<JsonObject?> WatchAsync(string name, Func<JsonObject?, bool> isWanted)
    {
        using var timeout = new CancellationTokenSource(WaitTimeout);
        JsonObject? last = null;
        try
        {
            using var response = await Admin.GetAsync(
                $"{ApiServices}?watch=true&fieldSelector=metadata.name%3D{name}", HttpCompletionOption.ResponseHeadersRead,
                timeout.Token);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(timeout.Token));
            while (await lines.ReadLineAsync(timeout.Token) is { } line)
            {
                var change = JsonNode.Parse(line)!.AsObject();
                last = change["object"]!["status"]?["conditions"]?[0]?.AsObject();
                if (isWanted(last))
                {
                    return last;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new TimeoutException($"{name} did not become as wanted; its condition is {last?.ToJsonString() ?? "not there"}");
    }

    /// <summary>Asks until the answer is as wanted: for what follows a change without an event of its own.</summary>
    public async Task<JsonObject> AskUntilAsync(string path, Func<JsonObject, bool> isWanted, string? accept = null)
    {
        using var timeout = new CancellationTokenSource(WaitTimeout);
        while (true)
        {
            var (_, answer) = await Admin.SendAsync("GET", path, accept: accept);
            if (isWanted(answer))
            {
                return answer;
            }

            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"{path} did not become as wanted: {answer.ToJsonString()}");
            }

            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await Server.DisposeAsync();
        _certificate.Dispose();
        _frontProxies.Dispose();
    }

    /// <summary>Leads every pod address to one port.</summary>
    internal sealed class PodNetwork : IServiceDialer
    {
        private readonly SocketDialer _inner = new();

        public int Port { get; set; }

        public ValueTask<Stream> DialAsync(string host, int port, CancellationToken cancellationToken) =>
            _inner.DialAsync("127.0.0.1", Port, cancellationToken);
    }
}
