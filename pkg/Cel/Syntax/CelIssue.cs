using System.Text;

namespace Kube1.Cel.Syntax;

/// <summary>A place in an expression's text, or none (line -1).</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 0, in code points.</param>
public readonly record struct CelLocation(int Line, int Column)
{
    public static readonly CelLocation None = new(-1, -1);
}

/// <summary>What is wrong with an expression, and where.</summary>
public sealed record CelIssue(CelLocation Location, string Message)
{
    // Longer lines are left out of a message, as upstream leaves them out.
    private const int MaxSnippetBytes = 16384;

    // As many as upstream shows.
    private const int MaxShown = 100;

    /// <summary>Upstream's form: the message with its place, the line, and a mark under the column.</summary>
    public string Display(string source)
    {
        var text = new StringBuilder($"ERROR: <input>:{Location.Line}:{Location.Column + 1}: {Message}");
        var line = LineOf(source);
        if (line is not null && Encoding.UTF8.GetByteCount(line) <= MaxSnippetBytes)
        {
            text.Append("\n | ").Append(line.Replace('\t', ' ')).Append("\n | ");
            var runes = line.EnumerateRunes().ToArray();
            for (var i = 0; i < Location.Column && i < runes.Length; i++)
            {
                text.Append(runes[i].IsAscii ? '.' : '\uff0e');
            }

            text.Append(Location.Column < runes.Length && Location.Column >= 0 && !runes[Location.Column].IsAscii ? '\uff3e' : '^');
        }

        return text.ToString();
    }

    /// <summary>All issues in the order of their places, a line break between them.</summary>
    public static string Display(IReadOnlyCollection<CelIssue> issues, string source)
    {
        var lines = issues.Take(MaxShown).OrderBy(i => i.Location.Line).ThenBy(i => i.Location.Column)
            .Select(i => i.Display(source));
        return string.Join(
            '\n', issues.Count > MaxShown ? lines.Append($"{issues.Count - MaxShown} more errors were truncated") : lines);
    }

    private string? LineOf(string source)
    {
        if (Location.Line < 1)
        {
            return null;
        }

        var lines = source.Split('\n');
        return Location.Line <= lines.Length ? lines[Location.Line - 1] : null;
    }
}
