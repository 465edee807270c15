using Kube1.ApiServer.Auth;

namespace Kube1.Tests.Auth;

/// <summary>One line of testdata/authorization-matrix.tsv: what a subject may do.</summary>
internal sealed record MatrixRow(
    string Subject, string[] Verbs, string[] Groups, string[] Resources, string[] Names, string[] Paths)
{
    /// <summary>The plainest reading of a rule, told apart from the server's compiled one.</summary>
    public bool Allows(AuthorizationAttributes asked)
    {
        var resource = asked.Subresource.Length == 0 ? asked.Resource : asked.Resource + "/" + asked.Subresource;
        return Has(Verbs, asked.Verb) && (asked.IsResourceRequest
            ? Has(Groups, asked.ApiGroup) && (Names.Length == 0 || Names.Contains(asked.Name))
                && Resources.Any(r => r == "*" || r == resource || (r.StartsWith("*/") && r[2..] == asked.Subresource))
            : Paths.Any(p => p.EndsWith('*') ? asked.Path.StartsWith(p[..^1]) : p == asked.Path));
    }

    private static bool Has(string[] values, string wanted) => values.Contains("*") || values.Contains(wanted);
}

/// <summary>The table, by subject; a subject holds in one namespace when "@" names it.</summary>
internal static class MatrixTable
{
    public static IReadOnlyDictionary<string, List<MatrixRow>> Load()
    {
        var lines = File.ReadAllLines(FileName()).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).ToList();
        return lines.Select(c => c[0]).Distinct().ToDictionary(s => s, s => RowsOf(s, lines));
    }

    private static List<MatrixRow> RowsOf(string subject, List<string[]> lines) =>
    [
        .. lines.Where(c => c[0] == subject).SelectMany(c => c[1] == "include" ? RowsOf(c[2], lines) : [Row(subject, c)]),
    ];

    private static MatrixRow Row(string subject, string[] cells) => new(
        subject, List(cells[1]), [.. List(cells[2]).Select(g => g == "-" ? "" : g)], List(cells[3]), List(cells[4]),
        List(cells[5]));

    private static string[] List(string cell) => cell.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static string FileName()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kube1.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests must run from inside a checkout");
        }

        return Path.Combine(folder.FullName, "test", "Kube1.Tests", "Auth", "testdata", "authorization-matrix.tsv");
    }
}
