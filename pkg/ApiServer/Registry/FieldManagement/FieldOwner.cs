using Kube1.Api.Json;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// One entry of metadata.managedFields: who, by which operation, in which version, and which fields. The fields stay as
/// they came from the store until somebody needs to know them.
/// </summary>
internal sealed class FieldOwner
{
    // The entry as it came, until something of it changes; and its fields, until they do.
    private JsonObject? _entry;
    private JsonObject? _fields;
    private FieldSet? _set;
    private DateTimeOffset? _time;

    /// <summary>A new entry.</summary>
    public FieldOwner(string manager, bool isApplied, string apiVersion, string subresource, FieldSet set)
    {
        Manager = manager;
        IsApplied = isApplied;
        ApiVersion = apiVersion;
        Subresource = subresource;
        _set = set;
    }

    private FieldOwner(JsonObject entry, bool isApplied)
    {
        _entry = entry;
        _fields = entry["fieldsV1"] as JsonObject;
        IsApplied = isApplied;
        Manager = Text(entry, "manager");
        ApiVersion = Text(entry, "apiVersion");
        Subresource = Text(entry, "subresource");
        _time = DateTimeOffset.TryParse(
            Text(entry, "time"), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    /// <summary>The manager's name.</summary>
    public string Manager { get; }

    /// <summary>Apply, otherwise Update.</summary>
    public bool IsApplied { get; }

    /// <summary>The version in which the fields are named.</summary>
    public string ApiVersion { get; }

    /// <summary>Through which subresource; empty for the object itself.</summary>
    public string Subresource { get; }

    /// <summary>When it last changed something; null when nobody noted it.</summary>
    public DateTimeOffset? Time
    {
        get => _time;
        set
        {
            _entry = null;
            _time = value;
        }
    }

    /// <summary>The fields, read at the first use. Setting them forgets the stored form.</summary>
    public FieldSet Set
    {
        get => _set ??= FieldsV1Text.TryParse(_fields, out var set) ? set : new FieldSet();
        set
        {
            _set = value;
            _entry = null;
            _fields = null;
        }
    }

    /// <summary>
    /// What makes the entry one of its own, as upstream sorts and compares it: JSON of the other members. An applier
    /// has one entry whatever the version.
    /// </summary>
    public string Identity => field ??= IdentityOf(Manager, IsApplied, ApiVersion, Subresource);

    /// <summary>The identity of an entry.</summary>
    public static string IdentityOf(string manager, bool isApplied, string apiVersion, string subresource)
    {
        var text = new StringBuilder("{");
        Append("manager", manager);
        Append("operation", isApplied ? "Apply" : "Update");
        Append("apiVersion", isApplied ? "" : apiVersion);
        Append("subresource", subresource);
        return text.Append('}').ToString();

        void Append(string name, string value)
        {
            if (value.Length > 0)
            {
                text.Append(text.Length > 1 ? ",\"" : "\"").Append(name).Append("\":");
                GoText.AppendJson(text, value);
            }
        }
    }

    /// <summary>
    /// Reads an entry; null when it is none. With <paramref name="verify"/> its fields are read too, and must make
    /// sense.
    /// </summary>
    public static FieldOwner? Read(JsonNode? node, bool verify)
    {
        if (node is not JsonObject entry || Text(entry, "operation") is not ("Apply" or "Update")
            || Text(entry, "apiVersion").Length == 0 || Text(entry, "fieldsType") != "FieldsV1")
        {
            return null;
        }

        var owner = new FieldOwner(entry, Text(entry, "operation") == "Apply");
        if (!verify)
        {
            return owner;
        }

        if (!FieldsV1Text.TryParse(entry["fieldsV1"], out var set))
        {
            return null;
        }

        owner.Set = set;
        return owner;
    }

    /// <summary>Whether the entry may have one of these fields, or something below one.</summary>
    public bool MayTouch(FieldSet fields) =>
        !fields.IsEmpty && (_fields is null || FieldsV1Text.Touches(_fields, fields));

    /// <summary>Whether no field is left.</summary>
    public bool IsEmpty => _fields is not null ? _fields.Count == 0 : Set.IsEmpty;

    /// <summary>Takes fields out, by the present schema of the type.</summary>
    public void Remove(FieldSet fields, SchemaType type)
    {
        if (_fields?.DeepClone() is JsonObject stored && FieldsV1Text.TryRemove(stored, fields))
        {
            _fields = stored;
            _entry = null;
            _set = null;
        }
        else
        {
            Set = FieldSetRepair.Of(Set, type).Except(fields);
        }
    }

    /// <summary>Whether the entry has all of these fields.</summary>
    public bool Has(FieldSet fields) =>
        _fields is not null ? FieldsV1Text.ContainsAll(_fields, fields) : fields.Except(Set).IsEmpty;

    /// <summary>The entry as it is stored.</summary>
    public JsonObject ToJson()
    {
        if (_entry is { } unchanged)
        {
            return unchanged.DeepClone().AsObject();
        }

        var entry = new JsonObject();
        Put("manager", Manager);
        entry["operation"] = IsApplied ? "Apply" : "Update";
        entry["apiVersion"] = ApiVersion;
        Put("time", _time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "");
        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = _fields?.DeepClone() ?? FieldsV1Text.ToJson(Set);
        Put("subresource", Subresource);
        return entry;

        void Put(string name, string value)
        {
            if (value.Length > 0)
            {
                entry[name] = value;
            }
        }
    }

    private static string Text(JsonObject entry, string name) =>
        entry[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
