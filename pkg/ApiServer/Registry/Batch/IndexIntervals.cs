using System.Globalization;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// Indexes of an Indexed Job as text, "1,3-5,7": increasing, below the number of completions. Upstream's words
/// (k8s.io/kubernetes/pkg/apis/batch/validation validateIndexesFormat).
/// </summary>
internal static class IndexIntervals
{
    /// <summary>What is wrong, and how many indexes there are when nothing is.</summary>
    public static (string? Wrong, long Count) Check(string text, long completions)
    {
        if (text.Length == 0)
        {
            return (null, 0);
        }

        var count = 0L;
        long? last = null;
        foreach (var part in text.Split(','))
        {
            var (wrong, first, end) = Parse(part, completions);
            if (wrong is not null)
            {
                return (wrong, 0);
            }

            if (last >= first)
            {
                return (NotIncreasing(last.Value, first), 0);
            }

            count += end - first + 1;
            last = end;
        }

        return (null, count);
    }

    /// <summary>The first index that both name; null when there is none. Parts that are malformed count as empty.</summary>
    public static long? Overlap(string one, string other, long completions)
    {
        var (left, right) = (Sound(one, completions), Sound(other, completions));
        var (i, j) = (0, 0);
        while (i < left.Count && j < right.Count)
        {
            if (left[i].First <= right[j].Last && right[j].First <= left[i].Last)
            {
                return Math.Max(left[i].First, right[j].First);
            }

            if (left[i].Last < right[j].First)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return null;
    }

    private static List<(long First, long Last)> Sound(string text, long completions) => text.Length == 0
        ? []
        : [.. text.Split(',').Select(part => Parse(part, completions)).Where(p => p.Wrong is null)
            .Select(p => (p.First, p.Last))];

    private static (string? Wrong, long First, long Last) Parse(string part, long completions)
    {
        var ends = part.Split('-');
        if (ends.Length > 2)
        {
            return ($"the fragment \"{part}\" violates the requirement that an index interval can have at most two parts "
                + "separated by '-'", 0, 0);
        }

        var limits = new long[ends.Length];
        for (var i = 0; i < ends.Length; i++)
        {
            if (!long.TryParse(ends[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out limits[i]))
            {
                return ($"cannot convert string to integer for index: \"{ends[i]}\"", 0, 0);
            }

            if (limits[i] >= completions)
            {
                return ($"too large index: \"{ends[i]}\"", 0, 0);
            }
        }

        return limits.Length == 2 && limits[0] >= limits[1]
            ? (NotIncreasing(limits[0], limits[1]), 0, 0)
            : (null, limits[0], limits[^1]);
    }

    private static string NotIncreasing(long previous, long current) =>
        $"non-increasing order, previous: {previous}, current: {current}";
}
