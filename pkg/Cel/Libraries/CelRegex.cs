using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kube1.Api.Patterns;

namespace Kube1.Cel.Libraries;

/// <summary>The patterns of expressions, compiled once: most are literals, and the others seldom vary.</summary>
public static class CelRegex
{
    // When there are more, or when they are larger together, all are forgotten: about thirty megabytes.
    private const int MaxCached = 256;
    private const int MaxCachedSteps = 500_000;

    private static readonly ConcurrentDictionary<string, Re2Pattern> Cache = new(StringComparer.Ordinal);

    private static int _cachedSteps;

    /// <summary>What is said of a text that takes more work than a pattern may.</summary>
    public static string TooMuchWork(Re2Pattern pattern) => $"regular expression takes too much work: `{pattern.Text}`";

    /// <summary>A pattern's matcher; false with Go's error if it is none.</summary>
    public static bool TryGetCached(
        string pattern, [NotNullWhen(true)] out Re2Pattern? regex, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (Cache.TryGetValue(pattern, out regex))
        {
            return true;
        }

        try
        {
            regex = Re2Pattern.Compile(pattern);
        }
        catch (FormatException e)
        {
            error = e.Message;
            return false;
        }

        if (Cache.Count >= MaxCached || Interlocked.Add(ref _cachedSteps, regex.StepCount) > MaxCachedSteps)
        {
            Cache.Clear();
            Interlocked.Exchange(ref _cachedSteps, regex.StepCount);
        }

        Cache[pattern] = regex;
        return true;
    }
}
