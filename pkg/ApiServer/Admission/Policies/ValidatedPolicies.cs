using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Policies.Mutations;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// Policies that validation has compiled, for the index to take when they are stored: each write compiles once. Nobody needs
/// to take one: a refused write's is pushed out by others.
/// </summary>
/// <param name="compile">Makes a policy ready for use.</param>
internal sealed class ValidatedPolicies<TPolicy>(Func<JsonObject, TPolicy> compile)
    where TPolicy : CompiledPolicy
{
    // More than are between their validation and the end of their writes; compiled policies are large.
    private const int MaxKept = 4;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _kept = new();

    /// <summary>Compiles a policy and keeps it.</summary>
    public TPolicy Compile(JsonObject policy)
    {
        // The object of a request changes on its way to the store.
        var copy = new JsonObject { ["metadata"] = new JsonObject { ["name"] = NameOf(policy) } };
        copy["spec"] = policy["spec"]?.DeepClone();
        var compiled = compile(copy);
        lock (_gate)
        {
            while (_kept.Count >= MaxKept)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(new Entry(copy, compiled));
        }

        return compiled;
    }

    /// <summary>The policy as validation has compiled it, which is then no longer kept; else it is compiled now.</summary>
    public TPolicy Take(JsonObject policy)
    {
        TPolicy? taken = null;
        lock (_gate)
        {
            for (var i = _kept.Count; i > 0; i--)
            {
                var entry = _kept.Dequeue();
                if (taken is null && IsSame(entry.Source, policy))
                {
                    taken = entry.Policy;
                }
                else
                {
                    _kept.Enqueue(entry);
                }
            }
        }

        return taken ?? compile(policy);
    }

    private static bool IsSame(JsonObject validated, JsonObject policy) =>
        NameOf(validated) == NameOf(policy) && JsonNode.DeepEquals(validated["spec"], policy["spec"]);

    private static string NameOf(JsonObject policy) => policy.Text("metadata.name");

    private sealed record Entry(JsonObject Source, TPolicy Policy);
}

/// <summary>
/// Those of the two sorts of policies, for all servers of the process: what an expression compiles to depends on nothing
/// else.
/// </summary>
internal static class ValidatedPolicies
{
    /// <summary>ValidatingAdmissionPolicies.</summary>
    public static ValidatedPolicies<ValidatingPolicy> Validating { get; } = new(policy => new ValidatingPolicy(policy));

    /// <summary>MutatingAdmissionPolicies.</summary>
    public static ValidatedPolicies<MutatingPolicy> Mutating { get; } = new(policy => new MutatingPolicy(policy));
}
