using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// One OpenAPI v2 document of several. Of a path that several have the first counts. A definition, or parameter, of a name
/// that another one has already is renamed, unless it is the same but for the kinds that it is about
/// (k8s.io/kube-openapi/pkg/aggregator MergeSpecsIgnorePathConflictRenamingDefinitionsAndParameters).
/// </summary>
internal sealed class SpecMerge
{
    private const string KindsField = "x-kubernetes-group-version-kind";
    private const string Definitions = "definitions";
    private const string Parameters = "parameters";

    private readonly SortedDictionary<string, Merged> _paths = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Merged> _definitions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Merged> _parameters = new(StringComparer.Ordinal);
    private readonly JsonElement _first;

    private SpecMerge(JsonElement first)
    {
        _first = first;
        Copy(first, "paths", _paths);
        Copy(first, Definitions, _definitions);
        Copy(first, Parameters, _parameters);
    }

    /// <summary>Writes the first document with what the others add to it.</summary>
    public static void Write(Stream destination, CompressedDocument first, IReadOnlyList<RemoteSpec> others)
    {
        var documents = new List<JsonDocument>();
        try
        {
            var merge = new SpecMerge(Parse(first, documents));
            foreach (var other in others)
            {
                merge.Add(Parse(other.Document, documents));
            }

            using var json = new Utf8JsonWriter(destination, CanonicalJson.WriterOptions);
            merge.Write(json);
        }
        finally
        {
            documents.ForEach(d => d.Dispose());
        }
    }

    /// <summary>The members of an object of a document; none when it is not there.</summary>
    public static IEnumerable<JsonProperty> Members(JsonElement document, string name) =>
        document.TryGetProperty(name, out var found) ? found.EnumerateObject() : [];

    /// <summary>
    /// The definitions to keep when only some paths are: those that they need, and those that no path needed at all.
    /// </summary>
    public static HashSet<string> KeptDefinitions(
        IReadOnlyList<JsonProperty> definitions, IEnumerable<JsonElement> allPaths, IEnumerable<JsonElement> keptPaths)
    {
        var byName = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            byName.TryAdd(definition.Name, definition.Value);
        }

        var kept = Used(byName, keptPaths);
        var used = Used(byName, allPaths);
        kept.UnionWith(byName.Keys.Where(n => !used.Contains(n)));
        return kept;
    }

    private static HashSet<string> Used(Dictionary<string, JsonElement> definitions, IEnumerable<JsonElement> roots)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<JsonElement>(roots);
        while (open.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                {
                    open.Push(item);
                }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    if (ReferenceOf(member, Definitions) is { } name && used.Add(name)
                        && definitions.TryGetValue(name, out var definition))
                    {
                        open.Push(definition);
                    }

                    open.Push(member.Value);
                }
            }
        }

        return used;
    }

    // The name in "$ref": "#/definitions/name"; null for anything else.
    private static string? ReferenceOf(JsonProperty member, string what) =>
        member.NameEquals("$ref"u8) && member.Value.ValueKind == JsonValueKind.String
        && member.Value.GetString() is { } reference && reference.StartsWith($"#/{what}/", StringComparison.Ordinal)
            ? reference[($"#/{what}/".Length)..]
            : null;

    private static JsonElement Parse(CompressedDocument document, List<JsonDocument> documents)
    {
        var parsed = JsonDocument.Parse(document.Unpack(), ResponseBody.ParseOptions);
        documents.Add(parsed);
        return parsed.RootElement;
    }

    private static void Copy(JsonElement document, string name, SortedDictionary<string, Merged> to)
    {
        foreach (var member in Members(document, name))
        {
            to[member.Name] = new Merged(member.Value, Renames.None);
        }
    }

    private void Add(JsonElement source)
    {
        var all = Members(source, "paths").ToList();
        var paths = all.Where(p => !_paths.ContainsKey(p.Name)).ToList();
        if (paths.Count == 0)
        {
            return;
        }

        var definitions = Members(source, Definitions).ToList();
        if (paths.Count < all.Count)
        {
            var kept = KeptDefinitions(definitions, all.Select(p => p.Value), paths.Select(p => p.Value));
            definitions = [.. definitions.Where(d => kept.Contains(d.Name))];
        }

        var parameters = Members(source, Parameters).ToList();
        var renames = new Renames(
            RenamesOf(definitions, _definitions, EqualsButKinds), RenamesOf(parameters, _parameters, JsonElement.DeepEquals));
        foreach (var (name, value) in definitions.Select(d => (renames.Definition(d.Name), d.Value)))
        {
            if (_definitions.TryGetValue(name, out var existing))
            {
                existing.AddKinds(value);
            }
            else
            {
                _definitions[name] = new Merged(value, renames);
            }
        }

        foreach (var parameter in parameters)
        {
            _parameters.TryAdd(renames.Parameter(parameter.Name), new Merged(parameter.Value, renames));
        }

        paths.ForEach(p => _paths[p.Name] = new Merged(p.Value, renames));
    }

    private static Dictionary<string, string> RenamesOf(
        List<JsonProperty> source, SortedDictionary<string, Merged> merged, Func<JsonElement, JsonElement, bool> equals)
    {
        var own = source.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in source.Select(s => (s.Name, s.Value)))
        {
            if (!merged.TryGetValue(name, out var existing) || equals(existing.Value, value))
            {
                continue;
            }

            // The same may have been renamed before; else it is the first name that nobody has.
            for (var i = 2; ; i++)
            {
                var renamed = $"{name}_v{i}";
                if (merged.TryGetValue(renamed, out var earlier)
                    ? equals(earlier.Value, value)
                    : !own.Contains(renamed) && taken.Add(renamed))
                {
                    renames[name] = renamed;
                    break;
                }
            }
        }

        return renames;
    }

    private static bool EqualsButKinds(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != JsonValueKind.Object || other.ValueKind != JsonValueKind.Object)
        {
            return JsonElement.DeepEquals(one, other);
        }

        var members = one.EnumerateObject().Where(m => !m.NameEquals(KindsField)).ToList();
        return members.Count == other.EnumerateObject().Count(m => !m.NameEquals(KindsField))
            && members.All(m => other.TryGetProperty(m.Name, out var same) && JsonElement.DeepEquals(m.Value, same));
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in _first.EnumerateObject())
        {
            if (member.Name is not ("paths" or Definitions or Parameters))
            {
                member.WriteTo(json);
            }
        }

        Write(json, "paths", _paths);
        Write(json, Definitions, _definitions);
        if (_parameters.Count > 0)
        {
            Write(json, Parameters, _parameters);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, SortedDictionary<string, Merged> members)
    {
        json.WriteStartObject(name);
        foreach (var (key, member) in members)
        {
            json.WritePropertyName(key);
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>What the definitions and parameters of one document are called in the merged one.</summary>
    private sealed record Renames(Dictionary<string, string> Definitions, Dictionary<string, string> Parameters)
    {
        public static Renames None { get; } = new([], []);

        public bool IsEmpty => Definitions.Count == 0 && Parameters.Count == 0;

        public string Definition(string name) => Definitions.GetValueOrDefault(name, name);

        public string Parameter(string name) => Parameters.GetValueOrDefault(name, name);
    }

    /// <summary>A member of the merged document, and how to write the references in it.</summary>
    private sealed class Merged(JsonElement value, Renames renames)
    {
        private JsonArray? _kinds;

        public JsonElement Value => value;

        /// <summary>The definition is about the kinds of an equal one too.</summary>
        public void AddKinds(JsonElement equal)
        {
            if (!equal.TryGetProperty(KindsField, out var added) || added.ValueKind != JsonValueKind.Array)
            {
                return;
            }

            var known = _kinds ?? (value.TryGetProperty(KindsField, out var own) && own.ValueKind == JsonValueKind.Array
                ? JsonArray.Create(own)! : []);
            var keys = known.Select(KeyOf).ToHashSet(StringComparer.Ordinal);
            var more = JsonArray.Create(added)!.Where(k => keys.Add(KeyOf(k))).Select(k => k?.DeepClone()).ToList();
            if (more.Count > 0)
            {
                _kinds = new JsonArray(
                    [.. known.Select(k => k?.DeepClone()).Concat(more).OrderBy(KeyOf, StringComparer.Ordinal)]);
            }
        }

        public void WriteTo(Utf8JsonWriter json)
        {
            if (_kinds is null)
            {
                Write(json, value);
                return;
            }

            json.WriteStartObject();
            foreach (var member in value.EnumerateObject().Where(m => !m.NameEquals(KindsField)))
            {
                Write(json, member);
            }

            json.WritePropertyName(KindsField);
            _kinds.WriteTo(json);
            json.WriteEndObject();
        }

        private void Write(Utf8JsonWriter json, JsonElement element)
        {
            if (renames.IsEmpty || element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                element.WriteTo(json);
                return;
            }

            if (element.ValueKind == JsonValueKind.Array)
            {
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                return;
            }

            json.WriteStartObject();
            foreach (var member in element.EnumerateObject())
            {
                Write(json, member);
            }

            json.WriteEndObject();
        }

        private void Write(Utf8JsonWriter json, JsonProperty member)
        {
            if (ReferenceOf(member, SpecMerge.Definitions) is { } definition)
            {
                json.WriteString("$ref", $"#/{SpecMerge.Definitions}/{renames.Definition(definition)}");
            }
            else if (ReferenceOf(member, SpecMerge.Parameters) is { } parameter)
            {
                json.WriteString("$ref", $"#/{SpecMerge.Parameters}/{renames.Parameter(parameter)}");
            }
            else
            {
                json.WritePropertyName(member.Name);
                Write(json, member.Value);
            }
        }

        private static string KeyOf(JsonNode? node) =>
            node is JsonObject kind ? $"{kind["group"]}/{kind["version"]}.{kind["kind"]}" : "";
    }
}
