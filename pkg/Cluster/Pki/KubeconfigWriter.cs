using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kube1.Cluster.Pki;

/// <summary>
/// Writes kubeconfig files with everything embedded.
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
/// </summary>
public static class KubeconfigWriter
{
    /// <summary>
    /// Replaces the file (mode 0600) with a kubeconfig for one cluster, user and context, unless it says the same already.
    /// </summary>
    public static void Write(
        string path, string contextName, string userName, Uri server, string authorityPem, X509Certificate2 client)
    {
        var text = Render(contextName, userName, server, authorityPem, client);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
        {
            PemFiles.EnsureDirectory(directory);
        }

        PemFiles.Write(path, text);
    }

    /// <summary>The YAML. Names are quoted, so that any will do.</summary>
    public static string Render(
        string contextName, string userName, Uri server, string authorityPem, X509Certificate2 client) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {Quote(contextName)}
          cluster:
            certificate-authority-data: {Base64(authorityPem)}
            server: {Quote(server.ToString().TrimEnd('/'))}
        users:
        - name: {Quote(userName)}
          user:
            client-certificate-data: {Base64(client.ExportCertificatePem() + "\n")}
            client-key-data: {Base64(PemFiles.KeyPem(client))}
        contexts:
        - name: {Quote(contextName)}
          context:
            cluster: {Quote(contextName)}
            user: {Quote(userName)}
        current-context: {Quote(contextName)}
        preferences: {"{}"}

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
