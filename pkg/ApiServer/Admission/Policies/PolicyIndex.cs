using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth;
using Kube1.Storage;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>A policy with the bindings that put it to use, in the order of their names.</summary>
internal sealed record BoundPolicy(CompiledPolicy Policy, ImmutableArray<CompiledBinding> Bindings);

/// <summary>All policies that are bound, compiled as they are written; readers take no lock.</summary>
internal sealed class PolicyIndex(Store store) : StoreFollower(store, Policies, Bindings)
{
    private const string Policies = "validatingadmissionpolicies.admissionregistration.k8s.io";
    private const string Bindings = "validatingadmissionpolicybindings.admissionregistration.k8s.io";

    private readonly SortedDictionary<string, CompiledPolicy> _policies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CompiledBinding> _bindings = new(StringComparer.Ordinal);

    private volatile BoundPolicy[] _bound = [];

    /// <summary>The policies as of the last write.</summary>
    public IReadOnlyList<BoundPolicy> Current
    {
        get
        {
            CatchUp();
            return _bound;
        }
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        _policies.Clear();
        _bindings.Clear();
    }

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        var json = (JsonObject)CanonicalJson.Parse(entry.Value.Span)!;
        if (collection == Policies)
        {
            _policies[entry.Key] = new CompiledPolicy(json);
        }
        else
        {
            _bindings[entry.Key] = new CompiledBinding(json);
        }

        Publish();
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry)
    {
        _ = collection == Policies ? _policies.Remove(entry.Key) : _bindings.Remove(entry.Key);
        Publish();
    }

    /// <inheritdoc/>
    protected override void Publish()
    {
        var bindings = _bindings.Values.ToLookup(b => b.PolicyName, StringComparer.Ordinal);
        _bound = [.. _policies.Values.Where(p => bindings.Contains(p.Name))
            .Select(p => new BoundPolicy(p, [.. bindings[p.Name]]))];
    }
}
