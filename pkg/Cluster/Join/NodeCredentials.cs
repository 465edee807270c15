using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Client;
using Kube1.Cluster.Pki;

namespace Kube1.Cluster.Join;

/// <summary>
/// What makes a machine a node of one cluster: the cluster's CA, the node's client certificate and its kubelet's serving
/// certificate, kept under <c>&lt;data-dir&gt;/agent/tls</c> (files 0600) so that a restart needs no token. The current
/// certificates may be replaced while they are in use: who needs one asks for it at each handshake.
/// </summary>
public sealed class NodeCredentials
{
    private const string AuthorityFile = "cluster-ca.crt";
    private const string ClientFile = "kubelet-client";
    private const string ServingFile = "kubelet-serving";
    private const string UserPrefix = "system:node:";
    private const string CommonNameOid = "2.5.4.3";

    private readonly string _directory;
    private readonly Lazy<X509Certificate2> _provisional;
    private X509Certificate2 _client;
    private X509Certificate2? _serving;

    private NodeCredentials(
        string directory, X509Certificate2 authority, X509Certificate2 client, X509Certificate2? serving, TimeProvider time)
    {
        _directory = directory;
        _client = client;
        _serving = serving;
        Authority = authority;
        _provisional = new Lazy<X509Certificate2>(() => SelfSigned(NodeName, time));
    }

    /// <summary>The cluster's CA, without its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The node's client certificate with its key: CN=system:node:NAME, O=system:nodes.</summary>
    public X509Certificate2 Client => Volatile.Read(ref _client);

    /// <summary>The kubelet's serving certificate with its key; null until the cluster has signed one.</summary>
    public X509Certificate2? Serving => Volatile.Read(ref _serving);

    /// <summary>
    /// What the kubelet's port shows: before the first serving certificate is signed one that nobody trusts, so that a
    /// caller learns what is wrong instead of meeting a closed connection.
    /// </summary>
    public X509Certificate2 ServingOrProvisional => Serving ?? _provisional.Value;

    /// <summary>The node's name, as the client certificate has it.</summary>
    public string NodeName => NodeNameOf(Client) ?? "";

    /// <summary>
    /// Reads what an earlier join left; null when nothing usable is there. A serving certificate of another CA or name is
    /// left out: it is just asked for again.
    /// </summary>
    public static NodeCredentials? Load(string agentTlsDirectory, TimeProvider time)
    {
        var authority = ReadAuthority(agentTlsDirectory);
        var client = PemFiles.ReadPair(Path.Combine(agentTlsDirectory, ClientFile));
        if (authority is null || client is null || NodeNameOf(client) is null || !IsSignedBy(client, authority))
        {
            return null;
        }

        var serving = PemFiles.ReadPair(Path.Combine(agentTlsDirectory, ServingFile));
        return new NodeCredentials(
            agentTlsDirectory, authority, client,
            serving is not null && IsSignedBy(serving, authority) && NodeNameOf(serving) == NodeNameOf(client) ? serving : null,
            time);
    }

    /// <summary>The CA that an earlier join pinned, also when that join went no further; null when there was none.</summary>
    public static X509Certificate2? ReadAuthority(string agentTlsDirectory)
    {
        var path = Path.Combine(agentTlsDirectory, AuthorityFile);
        try
        {
            return File.Exists(path) ? X509Certificate2.CreateFromPem(File.ReadAllText(path)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Keeps what a first join has got.</summary>
    public static NodeCredentials Create(
        string agentTlsDirectory, X509Certificate2 authority, X509Certificate2 client, TimeProvider time)
    {
        PemFiles.EnsureDirectory(agentTlsDirectory);
        PemFiles.Write(Path.Combine(agentTlsDirectory, AuthorityFile), authority.ExportCertificatePem() + "\n");
        PemFiles.WritePair(Path.Combine(agentTlsDirectory, ClientFile), client);
        return new NodeCredentials(agentTlsDirectory, authority, client, null, time);
    }

    /// <summary>Puts a renewed client certificate in force: on disk first, then for new connections.</summary>
    public void ReplaceClient(X509Certificate2 certificate)
    {
        PemFiles.WritePair(Path.Combine(_directory, ClientFile), certificate);
        Volatile.Write(ref _client, certificate);
    }

    /// <summary>Puts a new serving certificate in force.</summary>
    public void ReplaceServing(X509Certificate2 certificate)
    {
        PemFiles.WritePair(Path.Combine(_directory, ServingFile), certificate);
        Volatile.Write(ref _serving, certificate);
    }

    /// <summary>A client as this node; connections that it opens later show the certificate that is current then.</summary>
    public KubeClient CreateClient(Uri server, string userAgent) =>
        KubeClientFactory.FromCertificate(server, () => Client, [Authority], userAgent);

    private static string? NodeNameOf(X509Certificate2 certificate)
    {
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid
                && part.GetSingleElementValue() is { } name && name.StartsWith(UserPrefix, StringComparison.Ordinal))
            {
                return name[UserPrefix.Length..];
            }
        }

        return null;
    }

    /// <summary>By signature, not by name: a restored cluster's CA may carry the same name and another key.</summary>
    private static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    private static X509Certificate2 SelfSigned(string nodeName, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            CertificateAuthority.Name(UserPrefix + nodeName, ["provisional"]), key, HashAlgorithmName.SHA256);
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
