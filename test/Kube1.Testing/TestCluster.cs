using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Models;
using Kube1.ApiServer;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Client;
using Kube1.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Testing;

/// <summary>What a <see cref="TestCluster"/> is made of.</summary>
public sealed record TestClusterOptions
{
    /// <summary>Whether to open an HTTPS port on loopback as well.</summary>
    public bool Listen { get; init; }

    /// <summary>The clock; a new <see cref="ManualTime"/> when null.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Authentication, authorization and admission; everybody may do everything when null.</summary>
    public Func<Store, TimeProvider, ApiServerSecurity>? Security { get; init; }

    /// <summary>Changes the server's options.</summary>
    public Func<ApiServerOptions, ApiServerOptions>? Configure { get; init; }

    /// <summary>Where logs go; nowhere by default.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>
/// A real API server for a test: the in-memory transport and, when asked for, HTTPS on loopback; a real store in a
/// temporary directory; a clock that the test moves.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    /// <summary>Long enough for a busy machine: only a test that fails waits this long.</summary>
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(60);

    private readonly string _directory;
    private readonly X509Certificate2? _certificate;
    private readonly List<IDisposable> _clients = [];

    private TestCluster(
        string directory, TimeProvider clock, Store store, ApiServerHost server, X509Certificate2? certificate)
    {
        _certificate = certificate;
        _directory = directory;
        Clock = clock;
        Store = store;
        Server = server;
        Client = ClientFor(Administrator);
        Http = HttpFor(Administrator);
    }

    /// <summary>A user of the group system:masters.</summary>
    public static UserInfo Administrator { get; } =
        new("admin") { Groups = [UserInfo.MastersGroup, UserInfo.AuthenticatedGroup] };

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The clock, when it is the default one.</summary>
    public ManualTime Time => (ManualTime)Clock;

    /// <summary>The store.</summary>
    public Store Store { get; }

    /// <summary>The server.</summary>
    public ApiServerHost Server { get; }

    /// <summary>A client as the administrator.</summary>
    public KubeClient Client { get; }

    /// <summary>Plain HTTP as the administrator; relative addresses will do.</summary>
    public HttpClient Http { get; }

    /// <summary>The address of the HTTPS port.</summary>
    public Uri Address => new($"https://127.0.0.1:{Server.Port}/");

    /// <summary>What the HTTPS port shows and clients must trust; null without a port.</summary>
    public X509Certificate2? ServingCertificate => _certificate;

    /// <summary>Starts a cluster of one API server.</summary>
    public static async Task<TestCluster> StartAsync(
        TestClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TestClusterOptions();
        var directory = Directory.CreateTempSubdirectory("kube1-test-").FullName;
        var clock = options.Time ?? new ManualTime();
        var store = await Store.OpenAsync(
            new StoreOptions { DirectoryPath = Path.Combine(directory, "db"), Time = clock }, [],
            options.Loggers.CreateLogger("store"), cancellationToken).ConfigureAwait(false);
        var server = new ApiServerOptions();
        var certificate = options.Listen ? SelfSigned() : null;
        if (certificate is not null)
        {
            server = server with
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                ServingCertificate = _ => certificate,
            };
        }

        server = options.Configure?.Invoke(server) ?? server;
        var host = await ApiServerHost.StartAsync(
            server, store, options.Security?.Invoke(store, clock) ?? AllowAll(), options.Loggers, clock, cancellationToken)
            .ConfigureAwait(false);
        return new TestCluster(directory, clock, store, host, certificate);
    }

    // Lets everybody in, as administrator, and admits everything.
    private static ApiServerSecurity AllowAll() => new(new EveryoneIsAdministrator(), new EverythingIsAllowed(), []);

    /// <summary>A client as this user, over the in-memory transport.</summary>
    public KubeClient ClientFor(UserInfo user)
    {
        var client = new KubeClient(Server.CreateInProcessHandler(user), new Uri("https://in-process/"), "kube1-test/1");
        _clients.Add(client);
        return client;
    }

    /// <summary>Plain HTTP as this user, over the in-memory transport.</summary>
    public HttpClient HttpFor(UserInfo user)
    {
        var client = new HttpClient(Server.CreateInProcessHandler(user)) { BaseAddress = new Uri("https://in-process/") };
        _clients.Add(client);
        return client;
    }

    /// <summary>Plain HTTPS through the port, with a client certificate when given.</summary>
    public HttpClient HttpsFor(X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _certificate! },
        };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        var client = new HttpClient(handler) { BaseAddress = Address };
        _clients.Add(client);
        return client;
    }

    /// <summary>Waits until an object of the kind fulfils the condition; when none does, says what was there last.</summary>
    public async Task<T> WaitForAsync<T>(
        Func<T, bool> predicate, string? ns = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesKind
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(WaitTimeout);
        var last = new Dictionary<string, string>();
        try
        {
            while (true)
            {
                await foreach (var change in Client.Of<T>().WatchAsync(ns, new ListOptions(), timeout.Token)
                    .ConfigureAwait(false))
                {
                    if (change.Type is WatchEventType.Added or WatchEventType.Modified && predicate(change.Object))
                    {
                        return change.Object;
                    }

                    var meta = change.Object.Metadata;
                    last[$"{meta.Namespace}/{meta.Name}"] =
                        $"{change.Type}: {System.Text.Encoding.UTF8.GetString(KubeJson.Serialize(change.Object))}";
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var states = last.Count == 0 ? "none was seen" : string.Join("\n", last.Select(p => $"{p.Key} {p.Value}"));
            throw new TimeoutException(
                $"no {typeof(T).Name} fulfilled the condition; last states:\n{states}\n{await EventsAsync().ConfigureAwait(false)}");
        }
    }

    /// <summary>Stops the server, closes the store and removes the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Server.DisposeAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
        _certificate?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> EventsAsync()
    {
        using var timeout = new CancellationTokenSource(WaitTimeout);
        var events = await Client.Of<Corev1Event>().ListAsync(null, null, timeout.Token).ConfigureAwait(false);
        return string.Join(
            "\n", events.Items.Select(e => $"event {e.InvolvedObject.Kind}/{e.InvolvedObject.Name} {e.Reason}: {e.Message}"));
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube1-test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class EveryoneIsAdministrator : IAuthenticator
    {
        public ValueTask<AuthenticationResult> AuthenticateAsync(
            Microsoft.AspNetCore.Http.HttpContext context, CancellationToken cancellationToken) =>
            new(AuthenticationResult.Of(Administrator));
    }

    private sealed class EverythingIsAllowed : IAuthorizer
    {
        public AuthorizationDecision Authorize(AuthorizationAttributes attributes) => new(true, "");
    }
}
