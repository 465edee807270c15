using System.Globalization;
using System.Text;
using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>What a property of a JSON document is in its protobuf form: a row of Tables/openapi-messages.tsv.</summary>
/// <param name="Key">The property, a pattern of properties ("*", "/*", "x-*") or an alternative ("?$ref").</param>
/// <param name="Number">The number of the field.</param>
/// <param name="Type">A scalar, "Any", or a message.</param>
/// <param name="IsRepeated">Whether it is a list.</param>
/// <param name="IsNamed">Whether each property that fits is a message {name = 1, value = 2}.</param>
internal sealed record GnosticField(string Key, int Number, string Type, bool IsRepeated, bool IsNamed)
{
    /// <summary>Whether the JSON value is this field, and not a property of it.</summary>
    public bool IsAlternative => Key[0] == '?';

    /// <summary>The key, or what properties of a pattern begin with.</summary>
    public byte[] Utf8Key { get; } = Encoding.UTF8.GetBytes(Key.TrimEnd('*'));

    /// <summary>Whether it is for all properties that begin so.</summary>
    public bool IsPattern { get; } = Key[^1] == '*';
}

/// <summary>The messages of OpenAPI documents in gnostic's protobuf schema, which clients in Go use.</summary>
internal sealed class GnosticMessages
{
    private readonly Dictionary<string, List<GnosticField>> _fields = new(StringComparer.Ordinal);

    /// <summary>Reads the table for one version.</summary>
    public GnosticMessages(OpenApiVersion version)
    {
        var prefix = version == OpenApiVersion.V2 ? "v2." : "v3.";
        var rest = EmbeddedTable.Open("openapi-messages.tsv");
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            var message = Text(ref line);
            if (!message.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (!_fields.TryGetValue(message[prefix.Length..], out var fields))
            {
                _fields[message[prefix.Length..]] = fields = [];
            }

            var key = Text(ref line);
            var number = int.Parse(Text(ref line), CultureInfo.InvariantCulture);
            var type = Text(ref line);
            var isRepeated = type.StartsWith("[]", StringComparison.Ordinal);
            var isNamed = type.StartsWith("named ", StringComparison.Ordinal);
            fields.Add(new GnosticField(
                key, number, isRepeated ? type[2..] : isNamed ? type["named ".Length..] : type, isRepeated, isNamed));
        }
    }

    /// <summary>The fields of a message.</summary>
    public List<GnosticField> Of(string message) => _fields[message];

    /// <summary>The field that holds a property; throws when the schema has no place for it.</summary>
    public GnosticField Find(string message, ReadOnlySpan<byte> property)
    {
        foreach (var field in _fields[message])
        {
            if (field.IsPattern ? property.StartsWith(field.Utf8Key) : property.SequenceEqual(field.Utf8Key))
            {
                return field;
            }
        }

        throw new InvalidOperationException($"{message} has no place for {Encoding.UTF8.GetString(property)}");
    }

    private static string Text(ref ReadOnlySpan<byte> line) =>
        Encoding.UTF8.GetString(EmbeddedTable.ReadCell(ref line));
}
