using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Kube1.Cel.Libraries;

/// <summary>
/// Patterns in the syntax of RE2, matched in time linear in the text: translated into .NET's syntax
/// (<see cref="Re2Translator"/>) for its engine without backtracking.
/// </summary>
public static class CelRegex
{
    // Patterns that are computed at run time seldom vary; when they do, all are forgotten.
    private const int MaxCached = 256;

    private static readonly ConcurrentDictionary<string, Regex> Cache = new(StringComparer.Ordinal);

    /// <summary>A pattern's matcher; false with upstream's error if it is no pattern, or too large to be matched in linear time.</summary>
    public static bool TryCreate(
        string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        if (!Re2Translator.TryTranslate(pattern, out var translated, out error))
        {
            return false;
        }

        try
        {
            regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            error = null;
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Too many states, or a class of characters that .NET does not know.
            error = $"error parsing regexp: {e.Message}";
            return false;
        }
    }

    /// <summary>As <see cref="TryCreate"/>, remembering what was made.</summary>
    public static bool TryGetCached(
        string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        if (Cache.TryGetValue(pattern, out regex))
        {
            error = null;
            return true;
        }

        if (!TryCreate(pattern, out regex, out error))
        {
            return false;
        }

        if (Cache.Count >= MaxCached)
        {
            Cache.Clear();
        }

        Cache[pattern] = regex;
        return true;
    }
}
