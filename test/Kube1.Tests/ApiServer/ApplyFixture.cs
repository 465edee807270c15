using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>A server for each test of server-side apply, reached inside the process or through its HTTPS port.</summary>
public abstract class ApplyFixture(bool isHttps)
{
    protected const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    protected const string Apply = "application/apply-patch+yaml";

    private SecureCluster? _secure;

    protected TestCluster Cluster { get; private set; } = null!;

    protected HttpClient Http => _secure?.Admin ?? Cluster.Http;

    [SetUp]
    public async Task SetUp()
    {
        _secure = isHttps ? await SecureCluster.StartAsync() : null;
        Cluster = _secure?.Cluster ?? await TestCluster.StartAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        if (_secure is { } secure)
        {
            await secure.DisposeAsync();
        }
        else
        {
            await Cluster.DisposeAsync();
        }
    }

    protected static string Map(string name, string data) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{{data}} }""";

    /// <summary>Applies a ConfigMap.</summary>
    private protected Task<(int Code, JsonObject Body)> ApplyAsync(string name, string config, string manager) =>
        Http.SendAsync("PATCH", $"{ConfigMaps}/{name}?fieldManager={manager}", config, Apply);
}
