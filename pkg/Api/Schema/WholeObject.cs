using System.Text.Json.Nodes;

namespace Kube1.Api.Schema;

/// <summary>
/// Objects with all the parts that Go's structs always have: a new object has an empty status, a template without metadata
/// has empty ones. Objects are stored without them; who is shown objects as upstream shows them (webhooks, expressions,
/// patches of either) names what is in such parts without asking whether they are there.
/// </summary>
public static class WholeObject
{
    /// <summary>The object with all its parts: itself when it has them, else a copy that shares nothing with it.</summary>
    public static JsonObject Of(JsonObject obj, SchemaType type)
    {
        if (!LacksParts(obj, type))
        {
            return obj;
        }

        var whole = obj.DeepClone().AsObject();
        Complete(whole, type);
        return whole;
    }

    // Texts, lists and maps that nobody set stay away: null and "" would only look as if somebody had.
    private static bool IsPart(SchemaField field) =>
        field.Value.Kind is SchemaKind.Object or SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Boolean;

    private static bool LacksParts(JsonObject obj, SchemaType type)
    {
        foreach (var field in type.AlwaysPresent)
        {
            if (IsPart(field) && !obj.ContainsKey(field.JsonName))
            {
                return true;
            }
        }

        foreach (var (name, value) in obj)
        {
            if (value is JsonObject or JsonArray && type.Find(name) is { } field && LacksParts(value, field.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool LacksParts(JsonNode? value, SchemaValue shape) => (value, shape.Kind) switch
    {
        (JsonObject obj, SchemaKind.Object) => shape.Type is { } type && LacksParts(obj, type),
        (JsonObject map, SchemaKind.Map) => map.Any(entry => LacksParts(entry.Value, shape.Element!)),
        (JsonArray list, SchemaKind.List) => list.Any(item => LacksParts(item, shape.Element!)),
        _ => false,
    };

    private static void Complete(JsonObject obj, SchemaType type)
    {
        foreach (var field in type.AlwaysPresent)
        {
            if (IsPart(field) && !obj.ContainsKey(field.JsonName))
            {
                obj[field.JsonName] = field.Value.Kind switch
                {
                    SchemaKind.Object => new JsonObject(),
                    SchemaKind.Boolean => JsonValue.Create(false),
                    _ => JsonValue.Create(0L),
                };
            }
        }

        foreach (var (name, value) in obj)
        {
            if (value is JsonObject or JsonArray && type.Find(name) is { } field)
            {
                Complete(value, field.Value);
            }
        }
    }

    private static void Complete(JsonNode? value, SchemaValue shape)
    {
        switch (value, shape.Kind)
        {
            case (JsonObject obj, SchemaKind.Object) when shape.Type is { } type:
                Complete(obj, type);
                break;
            case (JsonObject map, SchemaKind.Map):
                foreach (var (_, entry) in map)
                {
                    Complete(entry, shape.Element!);
                }

                break;
            case (JsonArray list, SchemaKind.List):
                foreach (var item in list)
                {
                    Complete(item, shape.Element!);
                }

                break;
        }
    }
}
