using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>What Tables/openapi.tsv says of a type: facts that only documents need.</summary>
internal sealed record TypeFacts
{
    /// <summary>x-kubernetes-unions: the discriminator (or empty), the members with their Go names.</summary>
    public (string Discriminator, IReadOnlyList<(string Field, string Name)> Members)? Union { get; init; }

    /// <summary>The fields whose zero value is published as their default.</summary>
    public IReadOnlyList<string> ZeroDefaults { get; init; } = [];

    /// <summary>The values of enumerated fields; for lists and maps, of their items.</summary>
    public IReadOnlyDictionary<string, string[]> Enums { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Reads the table, for one walk over the types: by full type name.</summary>
    public static Dictionary<string, TypeFacts> Load()
    {
        var facts = new Dictionary<string, TypeFacts>(StringComparer.Ordinal);
        var pool = new HashSet<string>(StringComparer.Ordinal);
        var rest = EmbeddedTable.Open("openapi.tsv");
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            var type = EmbeddedTable.ReadText(ref line, pool);
            facts[type] = new TypeFacts
            {
                Union = ParseUnion(EmbeddedTable.ReadText(ref line, pool)),
                ZeroDefaults = Split(EmbeddedTable.ReadText(ref line, pool), ','),
                Enums = Split(EmbeddedTable.ReadText(ref line, pool), ';')
                    .Select(e => e.Split('=')).ToDictionary(e => e[0], e => e[1].Split('|'), StringComparer.Ordinal),
            };
        }

        return facts;
    }

    private static (string Discriminator, IReadOnlyList<(string Field, string Name)> Members)? ParseUnion(string cell)
    {
        if (cell.Length == 0)
        {
            return null;
        }

        var colon = cell.IndexOf(':', StringComparison.Ordinal);
        return (cell[..colon], [.. cell[(colon + 1)..].Split(',').Select(m => m.Split('=')).Select(m => (m[0], m[1]))]);
    }

    private static string[] Split(string cell, char separator) => cell.Length == 0 ? [] : cell.Split(separator);
}
