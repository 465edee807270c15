using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Kube1.ApiServer;
using Kube1.ApiServer.Audit;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Streaming;

/// <summary>
/// An API server on HTTPS with a pod, Services and a node behind which one small server answers. Everybody may do
/// everything.
/// </summary>
internal sealed class ProxiedCluster : IAsyncDisposable
{
    public const string Pods = "api/v1/namespaces/default/pods";
    public const string Services = "api/v1/namespaces/default/services";
    public const string Nodes = "api/v1/nodes";

    private const string Endpoints = "api/v1/namespaces/default/endpoints";
    private const string Merge = "application/merge-patch+json";

    private ProxiedCluster(TestCluster cluster, BackendServer backend, LoopbackConnector pods, LoopbackConnector kubelets)
    {
        Cluster = cluster;
        Backend = backend;
        PodConnector = pods;
        KubeletConnector = kubelets;
        Http = new HttpClient(Handler()) { BaseAddress = cluster.Address };
    }

    public TestCluster Cluster { get; }

    public BackendServer Backend { get; }

    public LoopbackConnector PodConnector { get; }

    public LoopbackConnector KubeletConnector { get; }

    /// <summary>HTTPS to the API server; redirects are shown, not followed.</summary>
    public HttpClient Http { get; }

    public static async Task<ProxiedCluster> StartAsync(Auditor? audit = null, ConnectionLimits? connections = null)
    {
        var backend = await BackendServer.StartAsync();
        var (pods, kubelets) = (new LoopbackConnector(backend), new LoopbackConnector(backend));
        var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Listen = true,
            Configure = options => options with
            {
                Pods = pods, Kubelets = kubelets, Connections = connections ?? options.Connections, Audit = audit,
            },
        });
        var started = new ProxiedCluster(cluster, backend, pods, kubelets);
        await started.CreateObjectsAsync();
        return started;
    }

    /// <summary>Creates an object, or changes it when the body is a merge patch.</summary>
    public async Task PutInPlaceAsync(string method, string path, string body)
    {
        var (code, answer) = await Http.SendAsync(method, path, body, method == "PATCH" ? Merge : "application/json");
        Assert.That(code, Is.EqualTo(200).Or.EqualTo(201), $"{path}: {answer.ToJsonString()}");
    }

    /// <summary>Opens a WebSocket over one version of HTTP, "1.1" or "2.0".</summary>
    public async Task ConnectAsync(ClientWebSocket client, Uri address, string version, CancellationToken ct)
    {
        client.Options.HttpVersion = Version.Parse(version);
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        // One connection for one socket: it goes with the client.
        using var invoker = new HttpMessageInvoker(Handler(), disposeHandler: false);
        await client.ConnectAsync(new UriBuilder(address) { Scheme = "wss" }.Uri, invoker, ct);
    }

    /// <summary>Sends bytes to the API server and reads until it closes; a character is a byte.</summary>
    public async Task<string> ExchangeAsync(string request, CancellationToken ct)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(Cluster.Address.Host, Cluster.Address.Port, ct);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, LoopbackServers.Trust);
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request), ct);
        return await new StreamReader(tls, Encoding.Latin1).ReadToEndAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Cluster.DisposeAsync();
        PodConnector.Dispose();
        KubeletConnector.Dispose();
        await Backend.DisposeAsync();
    }

    private async Task CreateObjectsAsync()
    {
        await PutInPlaceAsync("POST", Pods, """
            {"metadata":{"name":"web"},"spec":{"nodeName":"node1","containers":[{"name":"a","image":"a"},{"name":"b","image":"b","ports":[{"containerPort":8080}]}]}}
            """);
        await PutInPlaceAsync("PATCH", Pods + "/web/status", """{"status":{"podIP":"10.0.0.7","podIPs":[{"ip":"10.0.0.7"}]}}""");
        await PutInPlaceAsync("POST", Pods, """{"metadata":{"name":"new"},"spec":{"containers":[{"name":"a","image":"a"}]}}""");
        await PutInPlaceAsync("POST", Services, """
            {"metadata":{"name":"web"},"spec":{"ports":[{"name":"http","port":80},{"name":"tls","port":443},{"name":"dead","port":81}]}}
            """);
        await PutInPlaceAsync("POST", Endpoints, """
            {"metadata":{"name":"web"},"subsets":[{
            "addresses":[{"ip":"10.0.0.7","targetRef":{"kind":"Pod","namespace":"default","name":"web"}},{"ip":"10.0.0.66"}],
            "ports":[{"name":"http","port":8080},{"name":"tls","port":8443},{"name":"dead","port":81}]}]}
            """);
        await PutInPlaceAsync("POST", Services, """{"metadata":{"name":"idle"},"spec":{"ports":[{"port":80}]}}""");
        await PutInPlaceAsync("POST", Endpoints, """{"metadata":{"name":"idle"}}""");
        await PutInPlaceAsync("POST", Services, """{"metadata":{"name":"byhand"},"spec":{"ports":[{"port":80}]}}""");
        await PutInPlaceAsync("POST", Endpoints, """
            {"metadata":{"name":"byhand"},"subsets":[{"addresses":[
            {"ip":"10.0.0.66"},{"ip":"10.0.0.67","targetRef":{"kind":"Pod","namespace":"default","name":"web"}},
            {"ip":"10.0.0.7","targetRef":{"kind":"Pod","namespace":"other","name":"web"}}],"ports":[{"port":80}]}]}
            """);
        await CreateNodeAsync("node1", "192.168.0.1");
        await CreateNodeAsync("loop", "127.0.0.1");
        await CreateNodeAsync("gone", "192.168.0.2", 81);
        await PutInPlaceAsync("POST", Pods, """
            {"metadata":{"name":"lost"},"spec":{"nodeName":"gone","containers":[{"name":"a","image":"a"}]}}
            """);
    }

    private async Task CreateNodeAsync(string name, string address, int kubeletPort = 10250)
    {
        await PutInPlaceAsync("POST", Nodes, $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        await PutInPlaceAsync("PATCH", $"{Nodes}/{name}/status", $$$"""
            {"status":{"addresses":[{"type":"InternalIP","address":"{{{address}}}"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":{{{kubeletPort}}}} } } }
            """);
    }

    private static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = LoopbackServers.Trust },
    };
}
