using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.CertificateSigningRequests;

/// <summary>
/// Signs a PKCS #10 request (PEM) with the cluster's CA for usages of the certificates API ("client auth"); returns the
/// certificate as PEM. Throws CryptographicException on a request that cannot be signed.
/// </summary>
public delegate string CertificateSign(string requestPem, IReadOnlyList<string> usages, TimeSpan lifetime);

/// <summary>
/// Approves the certificate requests of nodes, signs what has been approved, and drops old requests. A kubelet's serving
/// certificate is approved when a node asks for itself and for names and addresses that its Node object has, which
/// upstream leaves to an operator.
/// https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
/// </summary>
public sealed class CertificateSigningController : IController
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan MinimumLifetime = TimeSpan.FromMinutes(10);

    /// <summary>A node asks for its serving certificate while it registers: its addresses come a moment later.</summary>
    private static readonly TimeSpan NodeWait = TimeSpan.FromSeconds(1);

    private readonly KubeClient _client;
    private readonly Informer<V1CertificateSigningRequest> _requests;
    private readonly Informer<V1Node> _nodes;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly CertificateSign _sign;
    private readonly TimeProvider _time;

    /// <summary>Listens to requests and nodes; <paramref name="sign"/> holds the CA.</summary>
    public CertificateSigningController(ControllerContext context, CertificateSign sign)
    {
        _client = context.ClientFor(Name);
        _sign = sign;
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(context.Time);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<CertificateSigningController>());
        _requests = context.Informers.Of<V1CertificateSigningRequest>();
        _nodes = context.Informers.Of<V1Node>();
        _requests.AddHandler(r => _queue.Add(ObjectKey.Of(r)), (_, r) => _queue.Add(ObjectKey.Of(r)), null);
    }

    /// <inheritdoc/>
    public string Name => "certificate-controller";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_requests.WaitForSyncAsync(ct), _nodes.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_requests.Get(null, key.Name) is not { } csr)
        {
            return SyncResult.Done;
        }

        var left = RequestRetention.EndOf(csr) - _time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            await _client.Of<V1CertificateSigningRequest>().DeleteAsync(null, key.Name, null, ct).ConfigureAwait(false);
            return SyncResult.Done;
        }

        var again = left is { } rest ? SyncResult.RequeueAfter(rest) : SyncResult.Done;
        if (Has(csr, "Denied") || Has(csr, "Failed") || csr.Status?.Certificate is { Length: > 0 })
        {
            return again;
        }

        if (Has(csr, "Approved"))
        {
            await SignAsync(csr, ct).ConfigureAwait(false);
            return again;
        }

        return await ApproveAsync(csr, ct).ConfigureAwait(false) ? again : SyncResult.RequeueAfter(NodeWait);
    }

    /// <summary>False when the decision needs a Node that is not there yet.</summary>
    private async Task<bool> ApproveAsync(V1CertificateSigningRequest csr, CancellationToken ct)
    {
        var request = ParsedRequest.Parse(csr.Spec.Request);
        if (request is null || SignerRules.Refusal(csr, request) is not null)
        {
            return true;
        }

        var own = csr.Spec.Username == request.CommonName;
        switch (csr.Spec.SignerName)
        {
            case SignerRules.KubeletClientSigner:
                var message = own
                    ? "Auto approving self kubelet client certificate after SubjectAccessReview."
                    : "Auto approving kubelet client certificate after SubjectAccessReview.";
                if ((own && await MayAsync(csr, "selfnodeclient", ct).ConfigureAwait(false))
                    || await MayAsync(csr, "nodeclient", ct).ConfigureAwait(false))
                {
                    await SetApprovedAsync(csr, message, ct).ConfigureAwait(false);
                }

                return true;
            case SignerRules.KubeletServingSigner:
                if (!own || csr.Spec.Groups?.Contains("system:nodes") != true)
                {
                    return true;
                }

                if (_nodes.Get(null, SignerRules.NodeName(request)) is not { } node
                    || !SignerRules.NamesOnly(request, node))
                {
                    return false;
                }

                await SetApprovedAsync(
                    csr, "Auto approving kubelet serving certificate for the node's own names and addresses.", ct)
                    .ConfigureAwait(false);
                return true;
            default:
                return true;
        }
    }

    private async Task<bool> MayAsync(V1CertificateSigningRequest csr, string subresource, CancellationToken ct)
    {
        var review = await _client.Of<V1SubjectAccessReview>().CreateAsync(
            new V1SubjectAccessReview
            {
                Spec = new V1SubjectAccessReviewSpec
                {
                    User = csr.Spec.Username,
                    Uid = csr.Spec.Uid,
                    Groups = csr.Spec.Groups,
                    Extra = csr.Spec.Extra,
                    ResourceAttributes = new V1ResourceAttributes
                    {
                        Group = "certificates.k8s.io",
                        Resource = "certificatesigningrequests",
                        Subresource = subresource,
                        Version = "*",
                        Verb = "create",
                    },
                },
            }, ct).ConfigureAwait(false);
        return review.Status?.Allowed == true;
    }

    private async Task SetApprovedAsync(V1CertificateSigningRequest csr, string message, CancellationToken ct)
    {
        var changed = KubeJson.Clone(csr);
        AddCondition(changed, "Approved", "AutoApproved", message);
        await _client.Of<V1CertificateSigningRequest>().UpdateSubresourceAsync(changed, "approval", ct).ConfigureAwait(false);
    }

    private async Task SignAsync(V1CertificateSigningRequest csr, CancellationToken ct)
    {
        if (!SignerRules.Signs(csr.Spec.SignerName))
        {
            return;
        }

        var changed = KubeJson.Clone(csr);
        changed.Status ??= new V1CertificateSigningRequestStatus();
        var request = ParsedRequest.Parse(csr.Spec.Request);
        if (SignerRules.Refusal(csr, request) is { } why)
        {
            AddCondition(changed, "Failed", "SignerValidationFailure", why);
        }
        else
        {
            changed.Status.Certificate = Encoding.ASCII.GetBytes(
                _sign(request!.Pem, csr.Spec.Usages ?? [], LifetimeOf(csr)));
        }

        await _client.Of<V1CertificateSigningRequest>().UpdateStatusAsync(changed, ct).ConfigureAwait(false);
    }

    private static TimeSpan LifetimeOf(V1CertificateSigningRequest csr) => csr.Spec.ExpirationSeconds is { } seconds
        ? TimeSpan.FromSeconds(Math.Clamp(seconds, MinimumLifetime.TotalSeconds, DefaultLifetime.TotalSeconds))
        : DefaultLifetime;

    private void AddCondition(V1CertificateSigningRequest csr, string type, string reason, string message)
    {
        csr.Status ??= new V1CertificateSigningRequestStatus();
        csr.Status.Conditions ??= [];
        csr.Status.Conditions.Add(new V1CertificateSigningRequestCondition
        {
            Type = type,
            Status = "True",
            Reason = reason,
            Message = message,
            LastUpdateTime = _time.GetUtcNow(),
            LastTransitionTime = _time.GetUtcNow(),
        });
    }

    private static bool Has(V1CertificateSigningRequest csr, string condition) =>
        csr.Status?.Conditions?.Any(c => c.Type == condition) == true;
}
