using System.Globalization;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// API versions, the best first: stable before beta before alpha, the higher before the lower, and all others behind in
/// the order of their letters (k8s.io/apimachinery/pkg/version).
/// </summary>
internal sealed class KubeVersionOrder : IComparer<string>
{
    private const int Alpha = 0;
    private const int Beta = 1;
    private const int Stable = 2;

    /// <summary>It has no state.</summary>
    public static KubeVersionOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var (a, b) = (Parse(x ?? ""), Parse(y ?? ""));
        return (a, b) switch
        {
            (null, null) => string.CompareOrdinal(x, y),
            (null, _) => 1,
            (_, null) => -1,
            _ => b.Value.CompareTo(a.Value),
        };
    }

    // "v12beta3" is (beta, 12, 3); null for what is no such version.
    private static (int Level, long Major, long Minor)? Parse(string version)
    {
        if (!version.StartsWith('v'))
        {
            return null;
        }

        var rest = version.AsSpan(1);
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (!TryRead(digits < 0 ? rest : rest[..digits], out var major))
        {
            return null;
        }

        if (digits < 0)
        {
            return (Stable, major, 0);
        }

        rest = rest[digits..];
        var level = rest.StartsWith("beta") ? Beta : rest.StartsWith("alpha") ? Alpha : -1;
        return level >= 0 && TryRead(rest[(level == Beta ? "beta" : "alpha").Length..], out var minor)
            ? (level, major, minor)
            : null;
    }

    // Numbers have no leading zero.
    private static bool TryRead(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return text.Length > 0 && text[0] != '0'
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
