using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cluster.Pki;

namespace Kube1.Cluster.Join;

/// <summary>
/// Gets a kubelet its certificates: a CertificateSigningRequest each, waited for until signed. The client certificate is
/// asked for with the bootstrap token, the serving certificate with the client certificate, once the Node has addresses.
/// </summary>
public sealed class NodeCertificateRequester(KubeClient client, TimeProvider time)
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string ServingSigner = "kubernetes.io/kubelet-serving";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Approval takes a second; a minute means that nobody will.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>CN=system:node:NAME, O=system:nodes; with its key.</summary>
    public Task<X509Certificate2> RequestClientAsync(string nodeName, CancellationToken cancellationToken) =>
        RequestAsync(nodeName, ClientSigner, "client auth", [], [], cancellationToken);

    /// <summary>The same subject, for the kubelet's own server under the node's names and addresses; with its key.</summary>
    public Task<X509Certificate2> RequestServingAsync(
        string nodeName, IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses,
        CancellationToken cancellationToken) =>
        RequestAsync(nodeName, ServingSigner, "server auth", dnsNames, addresses, cancellationToken);

    private async Task<X509Certificate2> RequestAsync(
        string nodeName, string signer, string usage, IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses,
        CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var created = await client.Of<V1CertificateSigningRequest>().CreateAsync(
            new V1CertificateSigningRequest
            {
                Metadata = new V1ObjectMeta { GenerateName = "csr-" },
                Spec = new V1CertificateSigningRequestSpec
                {
                    SignerName = signer,
                    Usages = ["digital signature", usage],
                    Request = Encoding.ASCII.GetBytes(RequestPem(key, nodeName, dnsNames, addresses)),
                },
            }, cancellationToken).ConfigureAwait(false);
        var pem = await WaitAsync(created.Metadata.Name!, signer, cancellationToken).ConfigureAwait(false);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string RequestPem(
        ECDsa key, string nodeName, IReadOnlyList<string> dnsNames, IReadOnlyList<IPAddress> addresses)
    {
        var request = new CertificateRequest(
            CertificateAuthority.Name("system:node:" + nodeName, ["system:nodes"]), key, HashAlgorithmName.SHA256);
        if (dnsNames.Count + addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in dnsNames)
            {
                names.AddDnsName(name);
            }

            foreach (var address in addresses)
            {
                names.AddIpAddress(address);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSigningRequestPem();
    }

    private async Task<string> WaitAsync(string name, string signer, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + Patience;
        while (true)
        {
            var csr = await client.Of<V1CertificateSigningRequest>().GetAsync(null, name, cancellationToken)
                .ConfigureAwait(false);
            if (csr?.Status?.Certificate is { Length: > 0 } certificate)
            {
                return Encoding.ASCII.GetString(certificate);
            }

            var refused = csr?.Status?.Conditions?.FirstOrDefault(c => c.Type is "Denied" or "Failed");
            if (csr is null || refused is not null)
            {
                throw new JoinException(
                    $"the certificate request {name} ({signer}) was refused: {refused?.Message ?? "it is gone"}");
            }

            if (time.GetUtcNow() >= deadline)
            {
                throw new JoinException(
                    $"nobody has approved the certificate request {name} ({signer}): see `kubectl get csr` on the server, and "
                    + $"approve it with `kubectl certificate approve {name}`");
            }

            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
