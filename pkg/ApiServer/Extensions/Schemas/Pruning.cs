using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// Drops the fields that a schema does not know
/// (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning). The decoder has bounded how deep values nest.
/// </summary>
internal sealed class Pruning
{
    /// <summary>Upstream's decoder keeps at most this many, so that a hostile body cannot make a huge answer.</summary>
    private const int MaxUnknownFields = 100;

    private readonly ValuePath _path = new();
    private List<string>? _unknown;

    private Pruning()
    {
    }

    /// <summary>
    /// Drops what a whole object has too much; apiVersion, kind and metadata stay. What comes back are the paths of what
    /// was dropped, sorted: "spec.x".
    /// </summary>
    public static IReadOnlyList<string> Prune(JsonObject obj, StructuralSchema schema) =>
        Prune(obj, schema, isResource: true);

    /// <summary>The same for any value, which is a whole object when it <paramref name="isResource"/>.</summary>
    public static IReadOnlyList<string> Prune(JsonNode? value, StructuralSchema schema, bool isResource)
    {
        var pruning = new Pruning();
        if (schema.PreservesUnknownFields)
        {
            pruning.Keep(value, schema, isResource);
        }
        else
        {
            pruning.Prune(value, schema, isResource, keeps: false);
        }

        pruning._unknown?.Sort(StringComparer.Ordinal);
        return pruning._unknown ?? (IReadOnlyList<string>)[];
    }

    private void Walk(JsonNode? value, StructuralSchema? schema)
    {
        if (value is not (JsonObject or JsonArray))
        {
            return;
        }

        if (schema?.PreservesUnknownFields == true)
        {
            Keep(value, schema, isResource: false);
        }
        else
        {
            Prune(value, schema, isResource: false, keeps: false);
        }
    }

    // Below a schema that preserves unknown fields only what it names is pruned; lists hand that down to their items.
    private void Keep(JsonNode? value, StructuralSchema? schema, bool isResource)
    {
        if (schema is not null)
        {
            Prune(value, schema, isResource, keeps: true);
        }
    }

    private void Prune(JsonNode? value, StructuralSchema? schema, bool isResource, bool keeps)
    {
        switch (value)
        {
            case JsonObject map:
                PruneMembers(map, schema, isResource, keeps);
                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    _path.Push(i);
                    if (keeps)
                    {
                        Keep(list[i], schema?.Items, isResource: false);
                    }
                    else
                    {
                        Walk(list[i], schema?.Items);
                    }

                    _path.Pop();
                }

                break;
            default:
                break;
        }
    }

    private void PruneMembers(JsonObject map, StructuralSchema? schema, bool isResource, bool keeps)
    {
        isResource |= schema?.IsEmbeddedResource == true;
        for (var i = map.Count - 1; i >= 0; i--)
        {
            var (name, value) = map.GetAt(i);
            var isMeta = name is "apiVersion" or "kind" or "metadata";
            if (isResource && isMeta)
            {
                continue;
            }

            var property = schema?.Find(name);
            if (property is not null || schema?.AllowsAdditionalProperties is not null)
            {
                _path.Push(name);
                Walk(value, property ?? schema!.AdditionalProperties);
                _path.Pop();
            }
            else if (!keeps)
            {
                if (!isMeta || !_path.IsRoot)
                {
                    Note(name);
                }

                map.RemoveAt(i);
            }
        }
    }

    private void Note(string name)
    {
        _unknown ??= [];
        if (_unknown.Count < MaxUnknownFields)
        {
            _path.Push(name);
            _unknown.Add(_path.ToString());
            _path.Pop();
        }
    }
}
