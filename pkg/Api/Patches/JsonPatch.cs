using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;

namespace Kube1.Api.Patches;

/// <summary>JSON Patch, RFC 6902. Bad patches are 400, patches that do not fit the object 422, as upstream.</summary>
public static class JsonPatch
{
    /// <summary>Upstream's bound on the operations of one patch.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>What all copy operations of a patch may copy together: copies of copies grow exponentially.</summary>
    private const int MaxCopiedBytes = 3 * 1024 * 1024;

    /// <summary>
    /// The document with the operations applied; <paramref name="document"/> stays as it is. Throws
    /// <see cref="ApiException"/>.
    /// </summary>
    public static JsonNode Apply(JsonNode document, JsonArray patch)
    {
        var operations = Read(patch);
        JsonNode? root = document.DeepClone();
        var copiedBytes = 0;
        foreach (var operation in operations)
        {
            root = Apply(root, operation, ref copiedBytes);
        }

        return root ?? throw PatchErrors.Unprocessable("the patch leaves nothing of the object");
    }

    private static List<JsonObject> Read(JsonArray list)
    {
        if (list.Count > MaxOperations)
        {
            throw ApiErrors.TooLarge(
                "Request entity too large: The allowed maximum operations in a JSON patch is "
                + $"{MaxOperations}, got {list.Count}");
        }

        return
        [
            .. list.Select(item => item switch
            {
                null => [],
                JsonObject operation => operation,
                _ => throw PatchErrors.Bad(
                    $"json: cannot unmarshal {PatchBody.GoName(item)} into Go value of type jsonpatch.Operation"),
            }),
        ];
    }

    private static JsonNode? Apply(JsonNode? root, JsonObject operation, ref int copiedBytes)
    {
        var name = Text(operation, "op");
        var path = Pointer(operation, "path");
        switch (name)
        {
            case "add":
                return Add(root, path, Value(operation));
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                Get(root, path, name);
                return path.IsRoot ? Value(operation) : Add(Remove(root, path, out _), path, Value(operation));
            case "move":
                return Move(root, Pointer(operation, "from"), path);
            case "copy":
                var copy = Get(root, Pointer(operation, "from"), name)?.DeepClone();
                copiedBytes += CanonicalJson.Serialize(copy).Length;
                if (copiedBytes > MaxCopiedBytes)
                {
                    throw PatchErrors.Unprocessable(
                        $"Unable to complete the copy, the accumulated size increase of copy is {copiedBytes}");
                }

                return Add(root, path, copy);
            case "test":
                Test(root, path, operation);
                return root;
            default:
                throw PatchErrors.Unprocessable($"Unexpected kind: {name}");
        }
    }

    private static JsonNode? Move(JsonNode? root, JsonPointer from, JsonPointer path)
    {
        // RFC 6902, 4.4: the from location must not be a proper prefix of the path.
        if (from.Contains(path) && from.Steps.Count < path.Steps.Count)
        {
            throw PatchErrors.Unprocessable("a value cannot be moved into itself");
        }

        var rest = Remove(root, from, out var moved);
        return Add(rest, path, moved);
    }

    private static void Test(JsonNode? root, JsonPointer path, JsonObject operation)
    {
        var expected = Value(operation);
        var found = TryGet(root, path, out var actual);

        // As upstream: an absent member passes a test for null.
        if (!JsonNode.DeepEquals(found ? actual : null, expected))
        {
            throw PatchErrors.FailedTest(Text(operation, "path"));
        }
    }

    private static JsonNode? Add(JsonNode? root, JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            return value;
        }

        var last = path.Steps[^1];
        switch (Parent(root, path))
        {
            case JsonObject map:
                map[last] = value;
                break;
            case JsonArray list:
                list.Insert(last == "-" ? list.Count : Index(last, list.Count), value);
                break;
            default:
                throw Missing("add operation does not apply: doc is missing path: ", path);
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode? root, JsonPointer path, out JsonNode? removed)
    {
        if (path.IsRoot)
        {
            removed = root;
            return null;
        }

        var last = path.Steps[^1];
        switch (Parent(root, path))
        {
            case JsonObject map when map.TryGetPropertyValue(last, out removed):
                map.Remove(last);
                return root;
            case JsonArray { Count: > 0 } list:
                var index = Index(last, list.Count - 1);
                removed = list[index];
                list.RemoveAt(index);
                return root;
            default:
                throw Missing("remove operation does not apply: doc is missing path: ", path);
        }
    }

    private static JsonNode? Get(JsonNode? root, JsonPointer path, string operation) =>
        TryGet(root, path, out var value)
            ? value
            : throw PatchErrors.Unprocessable(
                $"{operation} operation does not apply: doc is missing key: {Shown(path)}: missing value");

    private static bool TryGet(JsonNode? root, JsonPointer path, out JsonNode? value)
    {
        value = root;
        return path.IsRoot || TryStep(Parent(root, path), path.Steps[^1], out value);
    }

    private static JsonNode? Parent(JsonNode? root, JsonPointer path)
    {
        var node = root;
        for (var i = 0; i < path.Steps.Count - 1; i++)
        {
            if (!TryStep(node, path.Steps[i], out node))
            {
                return null;
            }
        }

        return node;
    }

    private static bool TryStep(JsonNode? node, string step, out JsonNode? child)
    {
        child = null;
        if (node is JsonObject map)
        {
            return map.TryGetPropertyValue(step, out child);
        }

        if (node is not JsonArray list || !TryIndex(step, out var index) || index >= list.Count)
        {
            return false;
        }

        child = list[index];
        return true;
    }

    private static int Index(string step, int max) => TryIndex(step, out var index) && index <= max
        ? index
        : throw PatchErrors.Unprocessable($"Unable to access invalid index: {step}");

    private static bool TryIndex(string step, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index)
        && (step.Length == 1 || step[0] != '0') && !step.Contains('\0', StringComparison.Ordinal);

    private static ApiException Missing(string why, JsonPointer path) =>
        PatchErrors.Unprocessable($"{why}\"{Shown(path)}\": missing value");

    private static string Shown(JsonPointer path) => "/" + string.Join('/', path.Steps);

    private static string Text(JsonObject operation, string member) =>
        operation[member] is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw PatchErrors.Unprocessable($"the operation has no {member}");

    private static JsonPointer Pointer(JsonObject operation, string member) => JsonPointer.TryParse(Text(operation, member))
        ?? throw PatchErrors.Unprocessable($"the {member} of the operation is no JSON pointer");

    private static JsonNode? Value(JsonObject operation) => operation.TryGetPropertyValue("value", out var value)
        ? value?.DeepClone()
        : throw PatchErrors.Unprocessable("the operation has no value");
}
