using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Auth;
using Kube1.Storage;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>A policy with the bindings that put it to use, in the order of their names.</summary>
internal sealed record BoundPolicy<TPolicy>(TPolicy Policy, ImmutableArray<CompiledBinding> Bindings)
    where TPolicy : CompiledPolicy;

/// <summary>All policies of one sort that are bound, compiled as they are written; readers take no lock.</summary>
/// <param name="store">Where they are.</param>
/// <param name="sort">"validating" or "mutating".</param>
/// <param name="compile">Makes a policy ready for use.</param>
internal sealed class PolicyIndex<TPolicy>(Store store, string sort, Func<JsonObject, TPolicy> compile)
    : StoreFollower(store, $"{sort}admissionpolicies.{Group}", $"{sort}admissionpolicybindings.{Group}")
    where TPolicy : CompiledPolicy
{
    private const string Group = "admissionregistration.k8s.io";

    private readonly SortedDictionary<string, TPolicy> _policies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CompiledBinding> _bindings = new(StringComparer.Ordinal);

    private volatile BoundPolicy<TPolicy>[] _bound = [];

    /// <summary>The policies as of the last write.</summary>
    public IReadOnlyList<BoundPolicy<TPolicy>> Current
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
        if (IsOfPolicies(collection))
        {
            // Its status is written soon after it, and says nothing new.
            if (previous is null || !_policies.ContainsKey(entry.Key) || !HasSameSpec(json, previous))
            {
                _policies[entry.Key] = compile(json);
            }
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
        _ = IsOfPolicies(collection) ? _policies.Remove(entry.Key) : _bindings.Remove(entry.Key);
        Publish();
    }

    /// <inheritdoc/>
    protected override void Publish()
    {
        var bindings = _bindings.Values.ToLookup(b => b.PolicyName, StringComparer.Ordinal);
        _bound = [.. _policies.Values.Where(p => bindings.Contains(p.Name))
            .Select(p => new BoundPolicy<TPolicy>(p, [.. bindings[p.Name]]))];
    }

    private static bool HasSameSpec(JsonObject policy, StoredEntry previous) =>
        JsonNode.DeepEquals(policy["spec"], CanonicalJson.Parse(previous.Value.Span)?["spec"]);

    private bool IsOfPolicies(string collection) =>
        collection.StartsWith(sort + "admissionpolicies.", StringComparison.Ordinal);
}
