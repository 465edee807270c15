using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kube1.Client;

/// <summary>A kubeconfig file cannot be used; the message names the file and what is wrong with it.</summary>
public sealed class KubeconfigException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The current context of a kubeconfig file.
/// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
internal sealed class Kubeconfig
{
    public required Uri Server { get; init; }

    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    public string? TlsServerName { get; init; }

    public bool InsecureSkipTlsVerify { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    public string? Token { get; init; }

    public string? TokenFile { get; init; }

    public static Kubeconfig Load(string path)
    {
        try
        {
            using var text = File.OpenText(path);
            var yaml = BoundedYamlParser.Load(text);
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return yaml.Documents is [{ RootNode: YamlMappingNode root }]
                ? Read(root, folder)
                : throw new KubeconfigException("it is no YAML mapping");
        }
        catch (Exception e) when (e is KubeconfigException or IOException or UnauthorizedAccessException or YamlException
            or FormatException or CryptographicException or ArgumentException)
        {
            throw new KubeconfigException($"cannot use the kubeconfig {path}: {e.Message}", e);
        }
    }

    private static Kubeconfig Read(YamlMappingNode root, string folder)
    {
        var context = Text(root, "current-context") is { Length: > 0 } name
            ? Named(root, "contexts", "context", name)
            : throw new KubeconfigException("it has no current-context");
        var cluster = Named(root, "clusters", "cluster", Text(context, "cluster") ?? "");
        var user = Named(root, "users", "user", Text(context, "user") ?? "");
        if (user.Children.ContainsKey("exec") || user.Children.ContainsKey("auth-provider"))
        {
            throw new KubeconfigException(
                "its user runs a credential plug-in, which is not supported: use a client certificate or a token");
        }

        return new Kubeconfig
        {
            Server = Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server)
                ? server
                : throw new KubeconfigException("its cluster has no valid server URL"),
            CertificateAuthorities = Pem(cluster, "certificate-authority", folder) is { } ca ? Certificates(ca) : null,
            TlsServerName = Text(cluster, "tls-server-name"),
            InsecureSkipTlsVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
            ClientCertificate = ReadClientCertificate(user, folder),
            Token = Text(user, "token"),
            TokenFile = Text(user, "tokenFile") is { } file ? Path.Combine(folder, file) : null,
        };
    }

    private static X509Certificate2? ReadClientCertificate(YamlMappingNode user, string folder)
    {
        if (Pem(user, "client-certificate", folder) is not { } certificate)
        {
            return null;
        }

        var key = Pem(user, "client-key", folder)
            ?? throw new KubeconfigException("its user has a client certificate without a key");

        // A round trip through PKCS#12: some TLS stacks cannot use a key that exists in memory only.
        using var loaded = X509Certificate2.CreateFromPem(certificate, key);
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pfx), null);
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static string? Pem(YamlMappingNode node, string field, string folder)
    {
        if (Text(node, field + "-data") is { Length: > 0 } data)
        {
            return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }

        return Text(node, field) is { Length: > 0 } file ? File.ReadAllText(Path.Combine(folder, file)) : null;
    }

    private static YamlMappingNode Named(YamlMappingNode root, string list, string field, string name)
    {
        if (root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode entries)
        {
            foreach (var entry in entries.Children.OfType<YamlMappingNode>())
            {
                if (Text(entry, "name") == name)
                {
                    return entry.Children.TryGetValue(field, out var value) && value is YamlMappingNode mapping
                        ? mapping
                        : [];
                }
            }
        }

        throw new KubeconfigException($"its {list} have no entry named \"{name}\"");
    }

    private static string? Text(YamlMappingNode node, string field) =>
        node.Children.TryGetValue(field, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;
}
