using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Join;

/// <summary>
/// Keeps a node's certificates current without a restart: the client certificate is renewed by itself, the serving
/// certificate is asked for as soon as the Node has addresses, when they change, and before it expires.
/// </summary>
public sealed partial class NodeCertificateRenewal : IController
{
    /// <summary>As upstream: renewed after 70 to 90 % of its life, so that the nodes of a cluster do not come all at once.</summary>
    private const double FirstShare = 0.7;
    private const double ShareSpread = 0.2;

    /// <summary>A look each day survives clocks that jump and machines that sleep.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>A clock that is far ahead of the server's finds every certificate due; it must not ask without end.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);

    /// <summary>After a refusal somebody must look first; asking more often only piles up requests.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(5);

    private readonly NodeCredentials _credentials;
    private readonly NodeCertificateRequester _requester;
    private readonly Informer<V1Node> _nodes;
    private readonly WorkQueue<CertificateKind> _queue;
    private readonly ControllerLoop<CertificateKind> _loop;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly double _share = FirstShare + (ShareSpread * Random.Shared.NextDouble());

    /// <summary><paramref name="client"/> is the node's own; <paramref name="informers"/> are run by the caller.</summary>
    public NodeCertificateRenewal(
        NodeCredentials credentials, KubeClient client, InformerSet informers, TimeProvider time, ILoggerFactory loggers)
    {
        _credentials = credentials;
        _requester = new NodeCertificateRequester(client, time);
        _time = time;
        _logger = loggers.CreateLogger<NodeCertificateRenewal>();
        _queue = new WorkQueue<CertificateKind>(time);
        _loop = new ControllerLoop<CertificateKind>(Name, _queue, SyncAsync, 1, time, _logger);
        _nodes = informers.Of<V1Node>();
        _nodes.AddHandler(OnNode, (_, node) => OnNode(node), null);
    }

    private enum CertificateKind
    {
        Client,
        Serving,
    }

    /// <inheritdoc/>
    public string Name => "node-certificates";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        _queue.Add(CertificateKind.Client);
        await _nodes.WaitForSyncAsync(ct).ConfigureAwait(false);
        _queue.Add(CertificateKind.Serving);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    /// <summary>When a certificate is renewed, given the share of its life that it is used for.</summary>
    internal static DateTimeOffset RenewalTime(X509Certificate2 certificate, double share)
    {
        DateTimeOffset from = certificate.NotBefore.ToUniversalTime();
        return from + ((certificate.NotAfter.ToUniversalTime() - from) * share);
    }

    private void OnNode(V1Node node)
    {
        if (node.Metadata.Name == _credentials.NodeName)
        {
            _queue.Add(CertificateKind.Serving);
        }
    }

    private async Task<SyncResult> SyncAsync(CertificateKind kind, CancellationToken ct)
    {
        try
        {
            return kind == CertificateKind.Client
                ? await SyncClientAsync(ct).ConfigureAwait(false)
                : await SyncServingAsync(ct).ConfigureAwait(false);
        }
        catch (JoinException e)
        {
            LogRefused(kind, e.Message);
            return SyncResult.RequeueAfter(AfterRefusal);
        }
    }

    private async Task<SyncResult> SyncClientAsync(CancellationToken ct)
    {
        if (IsDue(_credentials.Client))
        {
            var renewed = await _requester.RequestClientAsync(_credentials.NodeName, ct).ConfigureAwait(false);
            _credentials.ReplaceClient(renewed);
            LogRenewed(CertificateKind.Client, renewed.NotAfter.ToUniversalTime());
        }

        return LookAgainFor(_credentials.Client);
    }

    private async Task<SyncResult> SyncServingAsync(CancellationToken ct)
    {
        // Registration brings the addresses, and with them the handler.
        if (_nodes.Get(null, _credentials.NodeName)?.Status?.Addresses is not { Count: > 0 } all)
        {
            return SyncResult.Done;
        }

        var names = all.Where(a => a.Type is "Hostname" or "InternalDNS" or "ExternalDNS").Select(a => a.Address)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var addresses = all.Where(a => a.Type is "InternalIP" or "ExternalIP")
            .Select(a => IPAddress.TryParse(a.Address, out var ip) ? ip : null).OfType<IPAddress>().Distinct().ToList();
        if (_credentials.Serving is not { } current || IsDue(current) || !Covers(current, names, addresses))
        {
            var issued = await _requester.RequestServingAsync(_credentials.NodeName, names, addresses, ct).ConfigureAwait(false);
            _credentials.ReplaceServing(issued);
            LogRenewed(CertificateKind.Serving, issued.NotAfter.ToUniversalTime());
        }

        return LookAgainFor(_credentials.Serving!);
    }

    private bool IsDue(X509Certificate2 certificate) => RenewalTime(certificate, _share) <= _time.GetUtcNow();

    private SyncResult LookAgainFor(X509Certificate2 certificate)
    {
        var left = RenewalTime(certificate, _share) - _time.GetUtcNow();
        return SyncResult.RequeueAfter(
            left > LongestPause ? LongestPause : left < ShortestPause ? ShortestPause : left);
    }

    private static bool Covers(
        X509Certificate2 certificate, IReadOnlyList<string> names, IReadOnlyList<IPAddress> addresses)
    {
        var certified = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return certified is not null
            && names.All(n => certified.EnumerateDnsNames().Contains(n, StringComparer.OrdinalIgnoreCase))
            && addresses.All(a => certified.EnumerateIPAddresses().Contains(a));
    }
}
