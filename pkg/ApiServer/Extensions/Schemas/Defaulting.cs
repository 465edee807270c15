using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// Fills in the defaults that a schema states, and takes out nulls that it does not allow
/// (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting). Doing either twice changes nothing.
/// </summary>
internal static class Defaulting
{
    /// <summary>
    /// Sets the fields that are absent, or null where the schema does not allow it, and have a default; then theirs too.
    /// </summary>
    public static void Apply(JsonNode? value, StructuralSchema schema)
    {
        if (!schema.HasDefaults)
        {
            return;
        }

        switch (value)
        {
            case JsonObject map:
                ApplyToMembers(map, schema);
                break;
            case JsonArray list when schema.Items is { HasDefaults: true } items:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is null && !items.Nullable)
                    {
                        list[i] = items.Default?.DeepClone();
                    }

                    Apply(list[i], items);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Takes out the nulls that are not allowed and for which there is no default either.</summary>
    public static void PruneNulls(JsonNode? value, StructuralSchema schema)
    {
        switch (value)
        {
            case JsonObject map:
                for (var i = map.Count - 1; i >= 0; i--)
                {
                    var (name, member) = map.GetAt(i);
                    if (schema.MemberOf(name) is not { } known)
                    {
                        continue;
                    }

                    if (member is null && !known.Nullable && known.Default is null)
                    {
                        map.RemoveAt(i);
                    }
                    else
                    {
                        PruneNulls(member, known);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    PruneNulls(list[i], items);
                }

                break;
            default:
                break;
        }
    }

    private static void ApplyToMembers(JsonObject map, StructuralSchema schema)
    {
        for (var i = 0; i < schema.DefaultedProperties.Count; i++)
        {
            var (name, property) = schema.DefaultedProperties[i];
            if (!map.TryGetPropertyValue(name, out var present) || (present is null && !property.Nullable))
            {
                map[name] = property.Default!.DeepClone();
            }
        }

        for (var i = 0; i < map.Count; i++)
        {
            var (name, member) = map.GetAt(i);
            if (schema.Find(name) is { } property)
            {
                Apply(member, property);
            }
            else if (schema.AdditionalProperties is { HasDefaults: true } rest)
            {
                if (member is null && !rest.Nullable)
                {
                    member = rest.Default?.DeepClone();
                    map.SetAt(i, member);
                }

                Apply(member, rest);
            }
        }
    }
}
