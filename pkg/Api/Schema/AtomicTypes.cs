namespace Kube1.Api.Schema;

/// <summary>
/// The types of Tables/atomic-types.tsv: merging, field ownership and the API documents take their values as one
/// (x-kubernetes-map-type: atomic).
/// </summary>
internal static class AtomicTypes
{
    private static readonly HashSet<string> Set = Load();

    /// <summary>Their full names.</summary>
    public static IReadOnlyCollection<string> Names => Set;

    /// <summary>Whether the type of this full name is one of them.</summary>
    public static bool Contains(string type) => Set.Contains(type);

    private static HashSet<string> Load()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rest = EmbeddedTable.Open("atomic-types.tsv");
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            EmbeddedTable.ReadText(ref line, names);
        }

        return names;
    }
}
