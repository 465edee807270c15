using System.Text;

namespace Kube1.Api.Schema;

/// <summary>
/// What kubectl explain says of types and fields: Tables/descriptions.tsv, for those most looked up. An instance is
/// made for one document and goes away with it.
/// </summary>
public sealed class Descriptions
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Reads the table.</summary>
    public Descriptions()
    {
        var rest = EmbeddedTable.Open("descriptions.tsv");
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            var name = Encoding.UTF8.GetString(EmbeddedTable.ReadCell(ref line));
            _texts[name] = Encoding.UTF8.GetString(line);
        }
    }

    /// <summary>The names that have a description, "Type" or "Type.field".</summary>
    public IEnumerable<string> Names => _texts.Keys;

    /// <summary>
    /// The description of a type (no field) or of one of its fields; a field without one of its own is described by the
    /// line for all fields of that name. Null for none.
    /// </summary>
    public string? Find(string typeName, string field)
    {
        var shortName = typeName[(typeName.LastIndexOf('.') + 1)..];
        if (field.Length == 0)
        {
            var isList = shortName.EndsWith("List", StringComparison.Ordinal);
            return _texts.GetValueOrDefault(shortName) ?? (isList ? $"A list of {shortName[..^4]} objects." : null);
        }

        return _texts.GetValueOrDefault(shortName + "." + field) ?? _texts.GetValueOrDefault("*." + field);
    }
}
