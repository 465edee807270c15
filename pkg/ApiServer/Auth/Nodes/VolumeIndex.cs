using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>Which claim each volume is bound to, and the volumes that name a secret, found by the secret.</summary>
internal sealed class VolumeIndex
{
    private readonly ConcurrentDictionary<string, VolumeReferences> _volumes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<GraphVertex, ImmutableArray<GraphVertex>> _claimsBySecret = new();

    /// <summary>Adds or replaces a volume; null for one that is bound to no claim.</summary>
    public void Put(string name, VolumeReferences? references)
    {
        Remove(name);
        if (references is null)
        {
            return;
        }

        _volumes[name] = references;
        foreach (var secret in references.Secrets)
        {
            _claimsBySecret[secret] = ClaimsNaming(secret).Add(references.Claim);
        }
    }

    /// <summary>Drops a volume.</summary>
    public void Remove(string name)
    {
        if (!_volumes.TryRemove(name, out var old))
        {
            return;
        }

        foreach (var secret in old.Secrets)
        {
            var rest = ClaimsNaming(secret).Remove(old.Claim);
            if (rest.IsEmpty)
            {
                _claimsBySecret.TryRemove(secret, out _);
            }
            else
            {
                _claimsBySecret[secret] = rest;
            }
        }
    }

    /// <summary>The claim that a volume is bound to; null when there is none.</summary>
    public GraphVertex? ClaimOf(string volume) => _volumes.TryGetValue(volume, out var found) ? found.Claim : null;

    /// <summary>The claims of the volumes that name a secret.</summary>
    public ImmutableArray<GraphVertex> ClaimsNaming(GraphVertex secret) =>
        _claimsBySecret.TryGetValue(secret, out var claims) ? claims : [];
}
