using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Configuration;

/// <summary>An object of a configuration file, strictly read: what nobody knows is a slip, and refused.</summary>
internal sealed class ConfigurationObject(string where, JsonObject json)
{
    /// <summary>The object as it stands.</summary>
    public JsonObject Json { get; } = json;

    /// <summary>Refuses any other kind, or another version of it.</summary>
    public void Require(string kind, params ReadOnlySpan<string> versions)
    {
        var (version, found) = (Text("apiVersion"), Text("kind"));
        if (found != kind || !versions.Contains(version))
        {
            throw Wrong($"{kind} of {versions[0]} is expected, and not '{found}' of '{version}'");
        }
    }

    /// <summary>Refuses fields that are none of these; apiVersion and kind are always allowed.</summary>
    public void AllowOnly(params ReadOnlySpan<string> fields)
    {
        foreach (var (name, _) in Json)
        {
            if (name is not ("apiVersion" or "kind") && !fields.Contains(name))
            {
                throw Wrong($"there is no field '{name}'");
            }
        }
    }

    /// <summary>The text of a field; empty when absent.</summary>
    public string Text(string field) => Json[field] switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Wrong($"{field} is no text"),
    };

    /// <summary>The texts of a list; none when absent.</summary>
    public List<string> Texts(string field) =>
    [
        .. List(field).Select(item => item is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw Wrong($"{field} is no list of texts")),
    ];

    /// <summary>The objects of a list; none when absent.</summary>
    public List<ConfigurationObject> Items(string field) =>
    [
        .. List(field).Select(item => item is JsonObject obj
            ? new ConfigurationObject(where, obj)
            : throw Wrong($"{field} is no list of objects")),
    ];

    /// <summary>An object of its own; an empty one when absent.</summary>
    public ConfigurationObject Child(string field) => Json[field] switch
    {
        null => new ConfigurationObject(where, []),
        JsonObject obj => new ConfigurationObject(where, obj),
        _ => throw Wrong($"{field} is no object"),
    };

    /// <summary>The failure, with the place.</summary>
    public AdmissionConfigurationException Wrong(string why) => new($"{where}: {why}");

    private JsonArray List(string field) => Json[field] switch
    {
        null => [],
        JsonArray list => list,
        _ => throw Wrong($"{field} is no list"),
    };
}
