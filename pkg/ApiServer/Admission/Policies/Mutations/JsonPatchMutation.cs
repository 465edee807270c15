using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Patches;
using Kube1.ApiServer.Admission.Matching;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// A mutation that is a JSON patch. One of which a test fails is left out
/// (k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch/json_patch.go).
/// </summary>
internal sealed class JsonPatchMutation(CelEnvironment environment, string expression)
    : Mutation(environment, expression, CelType.List(MutationTypes.JsonPatch))
{
    /// <inheritdoc/>
    public override bool IsStrict => true;

    /// <inheritdoc/>
    protected override JsonObject? Apply(JsonObject obj, MatchedResource seen, CelValue value)
    {
        var (patch, json) = (new JsonArray(), new PatchJson(allowsAll: true));
        for (var i = 0; i < value.AsList.Count; i++)
        {
            // The checker lets null stand for any object.
            var element = value.AsList[i];
            patch.Add(element.Kind == CelKind.Object && element.AsObject is PatchObject made
                ? (JsonNode)Operation(made, json)
                : throw new MutationException(
                    "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch: type conversion error from "
                    + $"'{element.Type}' to '*mutation.JSONPatchVal'"));
        }

        try
        {
            return JsonPatch.Apply(obj, patch) as JsonObject
                ?? throw new MutationException("JSON Patch: the patched document is no object");
        }
        catch (ApiException e) when (e.InnerException is PatchTestException)
        {
            return null;
        }
        catch (ApiException e)
        {
            throw new MutationException("JSON Patch: " + (e.InnerException?.Message ?? e.Message), e);
        }
    }

    private static JsonObject Operation(PatchObject made, PatchJson json)
    {
        var operation = new JsonObject
        {
            ["op"] = made.Find("op")?.AsString ?? "",
            ["path"] = made.Find("path")?.AsString ?? "",
        };
        if (made.Find("from") is { AsString.Length: > 0 } from)
        {
            operation["from"] = from.AsString;
        }

        if (made.Find("value") is { } given)
        {
            operation["value"] = json.Of(given);
        }

        return operation;
    }
}
