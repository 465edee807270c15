using System.Text.Json.Nodes;
using Kube1.Api.Merging;
using Kube1.ApiServer.Admission.Matching;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// A mutation that lays an object over the one that there is, as server-side apply does, but for the bookkeeping: nobody
/// comes to own the fields (k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go).
/// </summary>
internal sealed class ApplyConfigurationMutation(CelEnvironment environment, string expression)
    : Mutation(environment, expression, MutationTypes.Object)
{
    /// <inheritdoc/>
    public override bool IsStrict => false;

    /// <inheritdoc/>
    protected override JsonObject Apply(JsonObject obj, MatchedResource seen, CelValue value)
    {
        // The checker lets null stand for any object.
        if (value.Kind != CelKind.Object || new PatchJson(allowsAll: false).Of(value) is not JsonObject configuration)
        {
            throw new MutationException($"unsupported return type from ApplyConfiguration expression: {value.Type}");
        }

        configuration["apiVersion"] = seen.Kind.ApiVersion;
        configuration["kind"] = seen.Kind.Kind;
        if (seen.Schema is not { } schema)
        {
            throw Unconvertible("no corresponding type for " + seen.Kind.GoText);
        }

        if (ConfigurationRules.Check(configuration, schema) is { } wrong)
        {
            throw Unconvertible(wrong);
        }

        // Who gives some fields of what is one value would remove all others, and hardly means to.
        if (AtomicFields.Of(configuration, schema) is { Count: > 0 } atomic)
        {
            throw Failed(
                "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: " + string.Join(", ", atomic));
        }

        try
        {
            return ConfigurationMerge.Apply(obj, configuration, schema);
        }
        catch (MergeException e)
        {
            throw Failed("failed to merge patch: " + e.Message);
        }
    }

    private static MutationException Unconvertible(string why) =>
        Failed("failed to convert patch object to typed object: " + why);

    private static MutationException Failed(string why) => new("error applying patch: " + why);
}
