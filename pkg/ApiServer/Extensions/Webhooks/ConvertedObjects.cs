using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>
/// What conversion webhooks may answer: as many objects as they got, in the same order, of the wanted version, and with
/// the same metadata but for labels and annotations.
/// </summary>
internal static class ConvertedObjects
{
    private static readonly string[] OwnFields = ["labels", "annotations"];

    /// <summary>The objects in an answer to the review of this uid.</summary>
    /// <exception cref="ConversionException">There are none.</exception>
    public static JsonArray Read(JsonObject review, string version, string uid)
    {
        if (version == "v1" && (review.Text("apiVersion"), review.Text("kind"))
            is not ("apiextensions.k8s.io/v1", "ConversionReview") and var (apiVersion, kind))
        {
            var shown = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion;
            throw Malformed(
                $"expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got {shown}, Kind={kind}");
        }

        if (review["response"] is not JsonObject response)
        {
            throw Malformed("no response provided");
        }

        if (version == "v1" && response.Text("uid") != uid)
        {
            throw Malformed($"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(response.Text("uid"))}");
        }

        var status = response.Text("result.status");
        if (status != "Success")
        {
            throw Malformed(response.Text("result.message") is { Length: > 0 } message
                ? message
                : $"response.result.status was '{status}', not 'Success'");
        }

        return response["convertedObjects"] as JsonArray ?? [];
    }

    /// <summary>
    /// Checks the answer against what was sent, and gives the objects back the metadata that is not the webhook's.
    /// </summary>
    /// <exception cref="ConversionException">Something is wrong with one of them.</exception>
    public static void Check(List<JsonObject> sent, JsonArray converted, string desiredApiVersion, bool isList)
    {
        if (converted.Count != sent.Count)
        {
            throw new ConversionException(
                $"returned {converted.Count} objects, expected {sent.Count}", ConversionMetrics.PartialResponse);
        }

        for (var i = 0; i < sent.Count; i++)
        {
            var what = isList ? $"converted object at index {i}" : "object";
            var before = sent[i];
            var after = converted[i] as JsonObject
                ?? throw Invalid($"invalid {what}: json: cannot unmarshal {WebhookJson.GoName(converted[i])} into an object");
            CheckType(before, after, desiredApiVersion, isList ? what : "object at index 0");
            foreach (var (path, name) in new[]
            {
                ("kind", "kind"), ("metadata.name", "name"), ("metadata.namespace", "namespace"), ("metadata.uid", "UID"),
            })
            {
                if (before.Text(path) != after.Text(path))
                {
                    throw Invalid($"invalid {what}: must have the same {name}: {before.Text(path)} != {after.Text(path)}");
                }
            }

            RestoreMetadata(before, after, isList ? $"invalid metadata in object at index {i}: " : "invalid metadata: ");
        }
    }

    private static void CheckType(JsonObject before, JsonObject after, string desiredApiVersion, string what)
    {
        if (after.Text("apiVersion") != desiredApiVersion)
        {
            throw Invalid(
                $"invalid {what}: invalid groupVersion (expected {desiredApiVersion}, received {after.Text("apiVersion")})");
        }

        if (after.Text("kind") != before.Text("kind"))
        {
            throw Invalid($"invalid {what}: invalid kind (expected {before.Text("kind")}, received {after.Text("kind")})");
        }
    }

    private static void RestoreMetadata(JsonObject before, JsonObject after, string prefix)
    {
        if (after["metadata"] is not JsonObject answered)
        {
            throw Invalid(prefix + (after.ContainsKey("metadata")
                ? $"invalid metadata of type {GoType(after["metadata"])} in converted object"
                : "missing metadata in converted object"));
        }

        var metadata = before["metadata"]?.DeepClone().AsObject() ?? [];
        foreach (var field in OwnFields)
        {
            if (answered[field] is not { } node)
            {
                metadata.Remove(field);
                continue;
            }

            var map = node as JsonObject
                ?? throw Invalid($"{prefix}invalid metadata.{field} of type {GoType(node)} in converted object");
            foreach (var (key, value) in map)
            {
                if (value?.GetValueKind() != JsonValueKind.String)
                {
                    throw Invalid(
                        $"{prefix}metadata.{field}[{key}] must be a string, but is {GoType(value)} in converted object");
                }
            }

            if (!JsonNode.DeepEquals(metadata[field], map))
            {
                Validate(field, map, prefix);
            }

            metadata[field] = map.DeepClone();
        }

        after["metadata"] = metadata;
    }

    private static void Validate(string field, JsonObject map, string prefix)
    {
        var errors = new FieldErrorList();
        if (field == "labels")
        {
            ObjectMetaValidation.ValidateLabels(map, FieldPath.Of("metadata", "labels"), errors);
        }
        else
        {
            // Upstream's path has no s.
            ObjectMetaValidation.ValidateAnnotations(map, FieldPath.Of("metadata", "annotation"), errors);
        }

        if (errors.Count > 0)
        {
            var texts = errors.Select(e => e.ToString()).ToList();
            throw Invalid(prefix + (texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts) + "]"));
        }
    }

    private static string GoType(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => node.ToJsonString().AsSpan().ContainsAny(".eE") ? "float64" : "int64",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "<nil>",
    };

    private static ConversionException Malformed(string why) => new("failed: " + why, ConversionMetrics.MalformedResponse);

    private static ConversionException Invalid(string why) => new("returned " + why, ConversionMetrics.InvalidObject);
}
