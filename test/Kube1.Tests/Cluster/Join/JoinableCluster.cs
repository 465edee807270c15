using System.Net;
using Kube1.ApiServer.Auth;
using Kube1.Client.Informers;
using Kube1.Cluster.Pki;
using Kube1.Controllers;
using Kube1.Controllers.CertificateSigningRequests;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Cluster.Join;

/// <summary>
/// An API server on an HTTPS port with a cluster's real certificates, tokens and RBAC, and the controller that approves
/// and signs. The clock is the system's: TLS asks no other.
/// </summary>
internal sealed class JoinableCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _directory;
    private readonly Task _running;

    private JoinableCluster(string directory, ClusterPki pki, TestCluster cluster)
    {
        _directory = directory;
        Pki = pki;
        Cluster = cluster;
        var informers = new InformerSet(cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
        var context = new ControllerContext
        {
            ClientFor = name => cluster.ClientFor(new UserInfo("system:serviceaccount:kube-system:" + name)
            {
                Groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.AuthenticatedGroup],
            }),
            ApiServer = cluster.Client,
            Informers = informers,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Settings = new ControllerSettings { RootCertificatePem = pki.AuthorityPem },
        };
        var signing = new CertificateSigningController(
            context,
            (pem, usages, life) =>
            {
                using var certificate = pki.SignCsr(pem, usages, life);
                return certificate.ExportCertificatePem();
            });
        _running = Task.WhenAll(informers.RunAsync(_stop.Token), signing.RunAsync(_stop.Token));
    }

    public ClusterPki Pki { get; }

    public TestCluster Cluster { get; }

    /// <summary>Where a node of a test keeps its certificates.</summary>
    public string NodeDirectory => Path.Combine(_directory, "agent");

    public static async Task<JoinableCluster> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("kube1-join-").FullName;
        var pki = ClusterPki.LoadOrCreate(
            Path.Combine(directory, "server"),
            new PkiOptions { FirstServiceAddress = IPAddress.Parse("10.43.0.1") }, TimeProvider.System);
        var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Listen = true,
            Time = TimeProvider.System,
            Configure = options => options with { ServingCertificate = _ => pki.ApiServer },
            Security = (store, time) => SecurityComposition.Create(
                new SecurityOptions { ClientCas = [pki.Authority.Certificate], ServiceAccountKey = pki.ServiceAccountKey },
                store, time),
        });
        return new JoinableCluster(directory, pki, cluster);
    }

    /// <summary>Makes a token that pins this cluster's CA and lives for as long as said.</summary>
    public async Task<JoinToken> CreateTokenAsync(TimeSpan lifetime)
    {
        var token = JoinToken.Create(Pki.Authority.Certificate);
        await Cluster.Client.Of<Kube1.Api.Models.V1Secret>().CreateAsync(
            BootstrapTokenSecret.Make(token, TimeProvider.System.GetUtcNow() + lifetime, ""), CancellationToken.None);
        return token;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Cluster.DisposeAsync();
        Pki.Dispose();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
