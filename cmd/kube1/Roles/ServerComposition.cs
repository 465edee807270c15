using System.Net;
using Kube1.Api.Models;
using Kube1.ApiServer;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Configuration;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Streaming;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Cluster.Configuration;
using Kube1.Cluster.Join;
using Kube1.Cluster.Pki;
using Kube1.Cluster.Supervision;
using Kube1.Controllers;
using Kube1.Controllers.CertificateSigningRequests;
using Kube1.Controllers.ClusterAuthentications;
using Kube1.Scheduler;
using Kube1.Storage;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Roles;

/// <summary>
/// Every role of `kube1 server` and the order in which they start. Each part reaches the API server in process, as the
/// user that upstream's program of that name has.
/// </summary>
internal sealed class ServerComposition(
    ClusterConfig config, DataLayout layout, IPAddress nodeAddress, ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    private const string ServiceAccountPrefix = "system:serviceaccount:kube-system:";

    // Read at once: a file that cannot be used ends the command before anything starts.
    private readonly AdmissionSettings _admission = AdmissionFrom(config);

    private readonly Auditor? _audit = AuditComposition.Open(config.Audit, time, loggers);

    private ClusterPki? _pki;
    private AuthenticationComposition? _authentication;
    private Store? _store;
    private ApiServerHost? _server;
    private InformerSet? _informers;

    /// <summary>In the order of their start, as far as they depend on each other.</summary>
    public IReadOnlyList<Role> Roles()
    {
        List<Role> roles =
        [
            new("pki", [], RunPkiAsync),
            new("store", [], RunStoreAsync),
            new("apiserver", ["pki", "store"], RunApiServerAsync),
            new("informers", ["apiserver"], RunInformersAsync),
            new("controllers", ["informers"], RunControllersAsync),
            new("scheduler", ["informers"], RunSchedulerAsync),
        ];
        if (!config.DisableAgent)
        {
            var node = new NodeComposition(config, layout, nodeAddress, CreateNodeAccess, loggers, time);
            roles.AddRange(node.Roles("informers"));
        }

        return roles;
    }

    /// <summary>The roles clean up after themselves; the certificates serve all of them, so they go last.</summary>
    public void Dispose()
    {
        _authentication?.Dispose();
        _pki?.Dispose();
    }

    private async Task RunPkiAsync(RoleSignals signals, CancellationToken ct)
    {
        var options = new PkiOptions
        {
            ClusterDomain = config.ClusterDomain,
            FirstServiceAddress = config.KubernetesServiceIP,
            ServerNames = [Dns.GetHostName(), .. config.TlsSans],
            ServerAddresses = [IPAddress.Loopback, nodeAddress, .. config.AdvertiseAddress is { } a ? [a] : Array.Empty<IPAddress>()],
        };
        _pki = ClusterPki.LoadOrCreate(layout.ServerTls, options, time);
        _authentication = new AuthenticationComposition(config.Authentication, _pki);
        var kubeconfig = config.WriteKubeconfig ?? DataLayout.DefaultKubeconfig;
        KubeconfigWriter.Write(
            kubeconfig, "default", "default", new Uri($"https://127.0.0.1:{config.Port}"), _pki.AuthorityPem, _pki.Admin);
        signals.Ready($"kubeconfig {kubeconfig}");
        await RenewDailyAsync(options, ct);
    }

    /// <summary>Certificates last a year and are issued anew 90 days before their end; a look each day is enough.</summary>
    private async Task RenewDailyAsync(PkiOptions options, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromDays(1), time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            _pki!.Renew(options);
        }
    }

    private async Task RunStoreAsync(RoleSignals signals, CancellationToken ct)
    {
        _store = await Store.OpenAsync(
            new StoreOptions { DirectoryPath = layout.Database, Time = time }, [], loggers.CreateLogger<Store>(), ct);
        signals.Ready($"revision {_store.CurrentRevision}");
        try
        {
            await Forever(ct);
        }
        finally
        {
            await _store.DisposeAsync();
        }
    }

    private async Task RunApiServerAsync(RoleSignals signals, CancellationToken ct)
    {
        var issuer = $"https://kubernetes.default.svc.{config.ClusterDomain}";
        var options = new ApiServerOptions
        {
            Listen = new IPEndPoint(config.BindAddress, config.Port),
            ServingCertificate = _ => _pki!.ApiServer,
            Kubelets = new KubeletConnector(() => _pki!.KubeletClient, [_pki!.Authority.Certificate], time),
            Pods = new PodConnector(time),
            Audit = _audit,
            AggregatorCertificate = () => _pki!.FrontProxyClient,
            Cluster = new ClusterSettings
            {
                ServiceCidrs = [config.ServiceCidr],
                ClusterCidrs = [config.ClusterCidr],
                NodePortFirst = config.NodePortRange.First,
                NodePortLast = config.NodePortRange.Last,
                ClusterDomain = config.ClusterDomain,
                AdvertiseAddress = config.AdvertiseAddress ?? nodeAddress,
                AdvertisePort = config.Port,
                ServiceAccountIssuer = issuer,
            },
        };
        var security = SecurityComposition.Create(
            new SecurityOptions
            {
                ClientCas = [_pki!.Authority.Certificate],
                ServiceAccountKey = _pki.ServiceAccountKey,
                ServiceAccountIssuer = issuer,
                Admission = _admission,
                FrontProxy = _authentication!.FrontProxy(),
                Oidc = _authentication.Oidc(),
                Loggers = loggers,
            },
            _store!, time);
        _server = await ApiServerHost.StartAsync(options, _store!, security, loggers, time, ct);
        signals.Ready($"https://{config.AdvertiseAddress ?? nodeAddress}:{config.Port}");
        try
        {
            await Forever(ct);
        }
        finally
        {
            await _server.DisposeAsync();
        }
    }

    private static AdmissionSettings AdmissionFrom(ClusterConfig config)
    {
        var settings = new AdmissionSettings
        {
            Enabled = config.EnabledAdmissionPlugins, Disabled = config.DisabledAdmissionPlugins,
        };
        try
        {
            return config.AdmissionControlConfigFile is { } path ? AdmissionConfigurationFile.Apply(path, settings) : settings;
        }
        catch (AdmissionConfigurationException e)
        {
            throw new ConfigException($"--admission-control-config-file: {e.Message}");
        }
    }

    private async Task RunInformersAsync(RoleSignals signals, CancellationToken ct)
    {
        // One cache for all that runs in this process: what it may see is what its readers together may see.
        var client = ApiServerClient();
        await NodeNetworkAccess.EnsureAsync(client, ct);
        await SharedSettingsPublisher.EnsureAsync(client, SharedSettings.Of(config), ct);
        _informers = new InformerSet(client, time, loggers);
        signals.Ready();
        await _informers.RunAsync(ct);
    }

    private async Task RunControllersAsync(RoleSignals signals, CancellationToken ct)
    {
        var context = new ControllerContext
        {
            ClientFor = name => ClientFor(
                "kube-controller-manager", ServiceAccountPrefix + name,
                "system:serviceaccounts", "system:serviceaccounts:kube-system"),
            ApiServer = ApiServerClient(),
            Informers = _informers!,
            Time = time,
            Loggers = loggers,
            Settings = new ControllerSettings
            {
                RootCertificatePem = _pki!.AuthorityPem,
                ClusterCidrs = [config.ClusterCidr],
            },
        };
        List<IController> controllers =
        [
            .. ControllerCatalog.CreateAll(context), new CertificateSigningController(context, SignCertificate),
            new ClusterAuthenticationController(context, _authentication!.Published()),
        ];
        signals.Ready($"{controllers.Count} controllers");
        await AllOrNoneAsync(controllers, ct);
    }

    private string SignCertificate(string requestPem, IReadOnlyList<string> usages, TimeSpan lifetime)
    {
        using var certificate = _pki!.SignCsr(requestPem, usages, lifetime);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Runs all; the first that fails ends the others and is what the role fails with.</summary>
    private static async Task AllOrNoneAsync(IReadOnlyList<IController> controllers, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = controllers.Select(c => Task.Run(() => c.RunAsync(stop.Token), ct)).ToList();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task RunSchedulerAsync(RoleSignals signals, CancellationToken ct)
    {
        var scheduler = new SchedulerLoop(
            ClientFor("kube-scheduler", "system:kube-scheduler"), _informers!, time, loggers);
        signals.Ready();
        await scheduler.RunAsync(ct);
    }

    private NodeAccess CreateNodeAccess(string nodeName)
    {
        var serving = _pki!.LoadOrIssueServing(
            "kubelet-serving", $"system:node:{nodeName}", ["system:nodes"], [nodeName], [nodeAddress, IPAddress.Loopback]);
        return new NodeAccess(
            ClientFor("kubelet", $"system:node:{nodeName}", "system:nodes"), _informers!, () => serving,
            [_pki.Authority.Certificate], []);
    }

    private KubeClient ApiServerClient() => ClientFor("kube-apiserver", "system:apiserver", UserInfo.MastersGroup);

    private KubeClient ClientFor(string component, string user, params string[] groups) => new(
        _server!.CreateInProcessHandler(new UserInfo(user) { Groups = [.. groups, UserInfo.AuthenticatedGroup] }),
        new Uri("https://in-process/"), Commands.VersionCommand.UserAgentOf(component));

    private Task Forever(CancellationToken ct) => Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
}
