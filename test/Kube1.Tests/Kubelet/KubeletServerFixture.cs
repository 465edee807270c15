using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Models;
using Kube1.Cluster.Pki;
using Kube1.Kubelet.Server;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Streaming;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Kubelet;

/// <summary>The kubelet's API on HTTPS over a simulated runtime; a real API server says who may do what.</summary>
internal sealed class KubeletServerFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("nodes-ca", TimeProvider.System);
    private readonly List<IDisposable> _owned = [];
    private readonly Task _running;
    private readonly KubeletServer _server;

    private KubeletServerFixture(SecureCluster cluster)
    {
        Cluster = cluster;
        var serving = _authority.IssueServing("system:node:node1", ["system:nodes"], [], [IPAddress.Loopback]);
        _owned.Add(serving);
        var options = Node.Options with
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            ServingCertificate = () => serving,
            ClientCas = [_authority.Certificate],
        };
        _server = new KubeletServer(
            options,
            new KubeletAccess(options, cluster.Cluster.Client, TimeProvider.System),
            new ContainerLogsEndpoint(Node.Runtime, Node.Workers, Node.Time),
            new StreamingEndpoints(Node.Runtime, Node.Workers, TimeProvider.System),
            new ObservationEndpoints(options, Node.Runtime, Node.Workers, Node.Facts, Node.Mounts, Node.Time),
            new ResourceMetricsEndpoint(Node.Runtime, Node.Workers, Node.Facts, Node.Time),
            NullLoggerFactory.Instance);
        _running = _server.RunAsync(_stop.Token);
    }

    public NodeFixture Node { get; } = new();

    public SecureCluster Cluster { get; }

    public static async Task<KubeletServerFixture> StartAsync()
    {
        var fixture = new KubeletServerFixture(await SecureCluster.StartAsync());
        await fixture._server.Port;
        return fixture;
    }

    public Uri Address => new($"https://127.0.0.1:{_server.Port.Result}/");

    /// <summary>The API server, as it comes to kubelets.</summary>
    public HttpClient ApiServer => As("kube-apiserver-kubelet-client", "system:masters");

    /// <summary>A client with a certificate of the cluster's CA.</summary>
    public HttpClient As(string user, params string[] groups) => With(Own(_authority.IssueClient(user, groups)));

    /// <summary>A client with a certificate of another CA.</summary>
    public HttpClient AsStranger()
    {
        using var other = CertificateAuthority.Create("nodes-ca", TimeProvider.System);
        return With(Own(other.IssueClient("kube-apiserver-kubelet-client", "system:masters")));
    }

    /// <summary>A client with a token, or with nothing.</summary>
    public HttpClient WithToken(string? token)
    {
        var client = With(null);
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Runs a pod of one container "app" and waits until it is up.</summary>
    public async Task<V1Pod> RunPodAsync()
    {
        var pod = NodeFixture.Pod();
        Node.Workers.Put(pod);
        await Node.UntilPhaseAsync(pod, "Running");
        return pod;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _owned.ForEach(o => o.Dispose());
        await Node.DisposeAsync();
        await Cluster.DisposeAsync();
        _authority.Dispose();
        _stop.Dispose();
    }

    /// <summary>How a socket speaks TLS as this user.</summary>
    public SslClientAuthenticationOptions ClientTls(string user, params string[] groups) =>
        TlsWith(Own(_authority.IssueClient(user, groups)));

    private X509Certificate2 Own(X509Certificate2 certificate)
    {
        _owned.Add(certificate);
        return certificate;
    }

    private HttpClient With(X509Certificate2? certificate)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = TlsWith(certificate) })
        {
            BaseAddress = Address,
        };
        _owned.Add(client);
        return client;
    }

    private static SslClientAuthenticationOptions TlsWith(X509Certificate2? certificate) => new()
    {
        ClientCertificates = certificate is null ? [] : [certificate],
        RemoteCertificateValidationCallback = LoopbackServers.Trust,
    };
}
