using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.Auth;

/// <summary>
/// A request written by hand over TLS: the framework's client joins headers of one name into one line, which no client of
/// Kubernetes does.
/// </summary>
internal static class RawRequest
{
    /// <summary>Sends a request with these header lines; returns the status code and the body when it is JSON.</summary>
    public static async Task<(int Code, JsonObject Body)> SendAsync(
        TestCluster cluster, string method, string path, string body, X509Certificate2? certificate, params string[] headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(cluster.Address.Host, cluster.Address.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = cluster.Address.Host,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { cluster.ServingCertificate! },
            },
            ClientCertificates = certificate is null ? [] : [certificate],
        });
        var text = new StringBuilder($"{method} /{path} HTTP/1.1\r\nHost: {cluster.Address.Authority}\r\nConnection: close\r\n");
        foreach (var header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        text.Append($"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
        using var reader = new StreamReader(tls, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var start = answer.IndexOf('{');
        return (
            int.Parse(answer.Split(' ', 3)[1]),
            start > 0 && (answer.Contains("\r\n\r\n{") || answer.Contains("chunked"))
                ? JsonNode.Parse(answer[start..(answer.LastIndexOf('}') + 1)])!.AsObject()
                : []);
    }
}
