using System.Security.Cryptography.X509Certificates;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Cluster.Pki;

/// <summary>The join tokens of a cluster: what kube1 token create, list and delete do.</summary>
public sealed class BootstrapTokens(KubeClient client, TimeProvider time)
{
    /// <summary>Makes a token; a null <paramref name="lifetime"/> means that it never expires.</summary>
    public async Task<JoinToken> CreateAsync(
        X509Certificate2 authority, TimeSpan? lifetime, string description, CancellationToken cancellationToken)
    {
        var token = JoinToken.Create(authority);
        await client.Of<V1Secret>().CreateAsync(
            BootstrapTokenSecret.Make(token, lifetime is { } span ? time.GetUtcNow() + span : null, description),
            cancellationToken).ConfigureAwait(false);
        return token;
    }

    /// <summary>All tokens, those that have expired too.</summary>
    public async Task<IReadOnlyList<BootstrapToken>> ListAsync(CancellationToken cancellationToken)
    {
        var secrets = await client.Of<V1Secret>().ListAsync(
            BootstrapTokenSecret.Namespace, new ListOptions { FieldSelector = "type=" + BootstrapTokenSecret.SecretType },
            cancellationToken).ConfigureAwait(false);
        return [.. secrets.Items.Select(BootstrapTokenSecret.Read).OfType<BootstrapToken>()];
    }

    /// <summary>Deletes a token by its id or by the whole token; false when there is none.</summary>
    public Task<bool> DeleteAsync(string idOrToken, CancellationToken cancellationToken)
    {
        var id = JoinToken.TryParse(idOrToken, out var token, out _) ? token.Id : idOrToken;
        return client.Of<V1Secret>().DeleteAsync(
            BootstrapTokenSecret.Namespace, BootstrapTokenSecret.NamePrefix + id, null, cancellationToken);
    }

    /// <summary>Deletes the tokens that have expired, as upstream's tokencleaner; returns how many.</summary>
    public async Task<int> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var expired = (await ListAsync(cancellationToken).ConfigureAwait(false))
            .Where(t => t.IsExpired(time.GetUtcNow())).ToList();
        foreach (var token in expired)
        {
            await DeleteAsync(token.Id, cancellationToken).ConfigureAwait(false);
        }

        return expired.Count;
    }
}
