using System.Globalization;
using Kube1.Api.Json;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// A semantic version; build metadata is checked and then plays no part. Source: https://semver.org, blang/semver v4.
/// </summary>
internal sealed class SemanticVersion : IComparable<SemanticVersion>
{
    // Numbers and words, most significant first; none for a release.
    private readonly (ulong Number, string? Word)[] prerelease;

    private SemanticVersion(ulong major, ulong minor, ulong patch, (ulong, string?)[] prerelease) =>
        (Major, Minor, Patch, this.prerelease) = (major, minor, patch, prerelease);

    public ulong Major { get; }

    public ulong Minor { get; }

    public ulong Patch { get; }

    /// <summary>Reads a version; null, or the error.</summary>
    public static string? Parse(string text, out SemanticVersion? version)
    {
        version = null;
        if (text.Length == 0)
        {
            return "Version string empty";
        }

        var parts = text.Split('.', 3);
        if (parts.Length != 3)
        {
            return "No Major.Minor.Patch elements found";
        }

        var rest = parts[2];
        var plus = rest.IndexOf('+', StringComparison.Ordinal);
        var build = plus < 0 ? [] : rest[(plus + 1)..].Split('.');
        rest = plus < 0 ? rest : rest[..plus];
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var words = dash < 0 ? [] : rest[(dash + 1)..].Split('.');
        rest = dash < 0 ? rest : rest[..dash];
        var (major, minor, patch) = (0UL, 0UL, 0UL);
        var wrong = ReadNumber("Major", parts[0], ref major) ?? ReadNumber("Minor", parts[1], ref minor)
            ?? ReadNumber("Patch", rest, ref patch);
        var prerelease = new (ulong, string?)[words.Length];
        for (var i = 0; i < words.Length && wrong is null; i++)
        {
            wrong = ReadPrerelease(words[i], out prerelease[i]);
        }

        wrong ??= build.Select(WrongWithBuild).FirstOrDefault(error => error is not null);
        version = wrong is null ? new SemanticVersion(major, minor, patch, prerelease) : null;
        return wrong;
    }

    /// <summary>Also without minor or patch number, with a "v" before it, with leading zeros.</summary>
    public static string? ParseLoosely(string text, out SemanticVersion? version)
    {
        version = null;
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 1)
            {
                var trimmed = parts[i].TrimStart('0');
                parts[i] = trimmed.Length == 0 || !char.IsAsciiDigit(trimmed[0]) ? "0" + trimmed : trimmed;
            }
        }

        if (parts.Length < 3 && parts[^1].AsSpan().IndexOfAny('+', '-') >= 0)
        {
            return "short version cannot contain PreRelease/Build meta data";
        }

        return Parse(string.Join('.', parts.Concat(Enumerable.Repeat("0", 3 - parts.Length))), out version);
    }

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0 || (prerelease.Length == 0 && other.prerelease.Length == 0))
        {
            return Math.Sign(numbers);
        }

        if (prerelease.Length == 0 || other.prerelease.Length == 0)
        {
            return prerelease.Length == 0 ? 1 : -1;
        }

        for (var i = 0; i < Math.Min(prerelease.Length, other.prerelease.Length); i++)
        {
            if (Compare(prerelease[i], other.prerelease[i]) is not 0 and var order)
            {
                return order;
            }
        }

        return prerelease.Length.CompareTo(other.prerelease.Length);
    }

    public override string ToString()
    {
        var words = string.Join('.', prerelease.Select(part => part.Word ?? Text(part.Number)));
        return $"{Text(Major)}.{Text(Minor)}.{Text(Patch)}{(words.Length > 0 ? "-" : "")}{words}";
    }

    // Numbers come before words.
    private static int Compare((ulong Number, string? Word) left, (ulong Number, string? Word) right) =>
        left.Word is null && right.Word is null ? left.Number.CompareTo(right.Number)
        : left.Word is null ? -1
        : right.Word is null ? 1
        : Math.Sign(string.CompareOrdinal(left.Word, right.Word));

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsNumeric(string text) => !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsWord(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    private static string? ReadNumber(string name, string text, ref ulong number) =>
        !IsNumeric(text) ? $"Invalid character(s) found in {name.ToLowerInvariant()} number {GoText.Quote(text)}"
        : HasLeadingZero(text) ? $"{name} number must not contain leading zeroes {GoText.Quote(text)}"
        : ReadNumber(text, out number);

    private static bool HasLeadingZero(string text) => text.Length > 1 && text[0] == '0';

    private static string? ReadNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? null
            : $"strconv.ParseUint: parsing {GoText.Quote(text)}: "
                + (text.Length == 0 ? "invalid syntax" : "value out of range");

    private static string? ReadPrerelease(string text, out (ulong Number, string? Word) part)
    {
        part = default;
        if (text.Length == 0)
        {
            return "Prerelease is empty";
        }

        if (IsNumeric(text))
        {
            return HasLeadingZero(text)
                ? $"Numeric PreRelease version must not contain leading zeroes {GoText.Quote(text)}"
                : ReadNumber(text, out part.Number);
        }

        part.Word = text;
        return IsWord(text) ? null : $"Invalid character(s) found in prerelease {GoText.Quote(text)}";
    }

    private static string? WrongWithBuild(string text) =>
        text.Length == 0 ? "Build meta data is empty"
        : IsWord(text) ? null
        : $"Invalid character(s) found in build meta data {GoText.Quote(text)}";
}
