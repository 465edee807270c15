using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Merging;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// What an object must have at the paths of its scale, when it has something there: upstream's words, those of its
/// accessors for what has the wrong type included (k8s.io/apimachinery/pkg/apis/meta/v1/unstructured).
/// </summary>
internal static class CustomScaleRules
{
    /// <summary>Checks the desired replicas.</summary>
    public static void ValidateSpec(ScaleMapping? scale, JsonObject obj, FieldErrorList errors)
    {
        if (scale is not null)
        {
            ValidateReplicas(scale.SpecReplicasPath, obj, errors);
        }
    }

    /// <summary>Checks the actual replicas and the selector.</summary>
    public static void ValidateStatus(ScaleMapping? scale, JsonObject obj, FieldErrorList errors)
    {
        if (scale is null)
        {
            return;
        }

        ValidateReplicas(scale.StatusReplicasPath, obj, errors);
        if (scale.SelectorPath.Length > 0 && WrongType(obj, scale.SelectorPath, JsonValueKind.String, "string") is { } wrong)
        {
            errors.Invalid(FieldPath.Of("." + scale.SelectorPath), "", wrong);
        }
    }

    private static void ValidateReplicas(string path, JsonObject obj, FieldErrorList errors)
    {
        var at = FieldPath.Of("." + path);
        if (WrongType(obj, path, JsonValueKind.Number, "int64") is { } wrong)
        {
            errors.Invalid(at, 0, wrong);
            return;
        }

        switch (obj.Integer(path))
        {
            case < 0 and var negative:
                errors.Invalid(at, negative, "should be a non-negative integer");
                break;
            case > int.MaxValue and var large:
                errors.Invalid(at, large, $"should be less than or equal to {int.MaxValue}");
                break;
            default:
                break;
        }
    }

    private static string? WrongType(JsonObject obj, string path, JsonValueKind kind, string type)
    {
        var names = path.Split('.');
        JsonNode? node = obj;
        for (var i = 0; i < names.Length; i++)
        {
            if (node is null)
            {
                return null;
            }

            if (node is not JsonObject map)
            {
                return Message(names[..i], node, "map[string]interface {}");
            }

            node = map[names[i]];
        }

        return node is null || (node.GetValueKind() == kind && (type != "int64" || node.AsLong() is not null))
            ? null
            : Message(names, node, type);
    }

    private static string Message(IEnumerable<string> names, JsonNode node, string type) =>
        $".{string.Join('.', names)} accessor error: {GoValueText.Of(node)} is of the type "
        + $"{GoValueText.TypeOf(node, keepsIntegers: true)}, expected {type}";
}
