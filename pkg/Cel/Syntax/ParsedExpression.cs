using System.Collections.Immutable;

namespace Kube1.Cel.Syntax;

/// <summary>An expression's tree with the places of its nodes, or what is wrong with its text.</summary>
internal sealed class ParsedExpression(
    string source, CelExpression root, IReadOnlyList<int> offsets, ImmutableArray<CelIssue> issues)
{
    public string Source { get; } = source;

    public CelExpression Root { get; } = root;

    public ImmutableArray<CelIssue> Issues { get; } = issues;

    /// <summary>One more than the largest id: the size of tables by id.</summary>
    public int IdLimit => offsets.Count;

    public CelLocation LocationOf(int id) =>
        id > 0 && id < offsets.Count && offsets[id] >= 0 ? At(Source, offsets[id]) : CelLocation.None;

    internal static CelLocation At(string source, int offset)
    {
        var before = source.AsSpan(0, offset);
        var line = before.LastIndexOf('\n') + 1;
        var column = 0;
        foreach (var _ in before[line..].EnumerateRunes())
        {
            column++;
        }

        return new CelLocation(before.Count('\n') + 1, column);
    }
}
