using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Errors;
using Kube1.Client;
using Kube1.Cluster.Pki;

namespace Kube1.Cluster.Join;

/// <summary>
/// Makes this machine a node of a cluster, once: the token's pin proves the CA, the token asks for the client certificate,
/// and from then on the certificate is all that is needed. Every failure is a <see cref="JoinException"/> with the fix.
/// </summary>
public sealed class NodeJoin(Uri server, string agentTlsDirectory, string userAgent, TimeProvider time)
{
    private const string NewToken = "get a new one on the server with `kube1 token create`";

    /// <summary>
    /// The node's credentials: those on disk when they still count, else new ones by <paramref name="tokenText"/>.
    /// <paramref name="nodeName"/> null stands for the name of an earlier join, else the host's.
    /// </summary>
    public async Task<NodeCredentials> JoinAsync(string? tokenText, string? nodeName, CancellationToken ct)
    {
        var token = ParseToken(tokenText);
        var known = NodeCredentials.Load(agentTlsDirectory, time);
        RefuseOtherCluster(token);
        if (known is not null)
        {
            if (nodeName is not null && nodeName != known.NodeName)
            {
                throw new JoinException(
                    $"this machine has joined as '{known.NodeName}': start it with --node-name {known.NodeName}, or run "
                    + $"`kube1 uninstall` to join anew as '{nodeName}'");
            }

            if (known.Client.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime)
            {
                return known;
            }

            if (token is null)
            {
                throw new JoinException(
                    $"this node's certificate expired on {known.Client.NotAfter.ToUniversalTime():u}: give a --token once "
                    + "more, `kube1 token create` on the server prints one");
            }
        }

        if (token is null)
        {
            throw new JoinException("--token is missing: `kube1 token create` on the server prints one");
        }

        var name = nodeName ?? known?.NodeName ?? Dns.GetHostName().ToLowerInvariant();
        var authority = await ClusterCaFetcher.FetchAsync(server, token, ct).ConfigureAwait(false);
        var certificate = await RequestClientAsync(token, authority, name, ct).ConfigureAwait(false);
        return NodeCredentials.Create(agentTlsDirectory, authority, certificate, time);
    }

    private static JoinToken? ParseToken(string? text) =>
        text is null ? null : JoinToken.TryParse(text, out var token, out var why) ? token : throw new JoinException(why);

    private void RefuseOtherCluster(JoinToken? token)
    {
        using var earlier = NodeCredentials.ReadAuthority(agentTlsDirectory);
        if (token is not null && earlier is not null && !token.Accepts(earlier))
        {
            throw new JoinException(
                "the token is of another cluster than the one that this machine has joined: run `kube1 uninstall` first to "
                + "leave that one, or choose another directory with --data-dir");
        }
    }

    private async Task<X509Certificate2> RequestClientAsync(
        JoinToken token, X509Certificate2 authority, string nodeName, CancellationToken ct)
    {
        using var client = KubeClientFactory.FromToken(server, token.Bearer, [authority], userAgent);
        try
        {
            return await new NodeCertificateRequester(client, time).RequestClientAsync(nodeName, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.Unauthorized)
        {
            throw new JoinException($"{server} does not accept the token: it is wrong or has expired; {NewToken}", e);
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.Forbidden)
        {
            throw new JoinException($"the token may not join nodes ({e.Message}); {NewToken}", e);
        }
        catch (HttpRequestException e)
        {
            throw new JoinException($"the connection to {server} broke ({e.Message}): start the agent again", e);
        }
    }
}
