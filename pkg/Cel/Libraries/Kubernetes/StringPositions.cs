using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>What is where in a string, counted in code points.</summary>
internal static class StringPositions
{
    public static CelValue CharAt(string text, long index)
    {
        if (index < 0 || index > text.Length)
        {
            return OutOfRange(index);
        }

        var at = CodePoints.Offset(text, (int)index);
        if (at == text.Length)
        {
            return index == CodePoints.Count(text) ? CelValue.Of("") : OutOfRange(index);
        }

        return CelValue.Of(text[at..CodePoints.Offset(text, (int)index + 1)]);
    }

    /// <summary>
    /// The first place from an offset on; -1 if there is none. The empty string is at the offset, wherever that is.
    /// </summary>
    public static CelValue IndexOf(string text, string part, long offset)
    {
        if (part.Length == 0)
        {
            return CelValue.Of(offset);
        }

        if (offset < 0)
        {
            return OutOfRange(offset);
        }

        if (offset >= text.Length)
        {
            return CelValue.Of(-1L);
        }

        return Position(text, text.IndexOf(part, CodePoints.Offset(text, (int)offset), StringComparison.Ordinal));
    }

    public static CelValue LastIndexOf(string text, string part) =>
        part.Length == 0 ? CelValue.Of((long)CodePoints.Count(text))
        : text.Length < part.Length ? CelValue.Of(-1L)
        : Position(text, text.LastIndexOf(part, StringComparison.Ordinal));

    /// <summary>The last place that begins at an offset or before it.</summary>
    public static CelValue LastIndexOf(string text, string part, long offset)
    {
        if (part.Length == 0)
        {
            return CelValue.Of(offset);
        }

        if (offset < 0)
        {
            return OutOfRange(offset);
        }

        if (offset >= CodePoints.Count(text))
        {
            return CelValue.Of(-1L);
        }

        var end = Math.Min(text.Length, CodePoints.Offset(text, (int)offset) + part.Length);
        return Position(text, text.AsSpan(0, end).LastIndexOf(part));
    }

    public static CelValue Substring(string text, long start) =>
        start < 0 || start > CodePoints.Count(text)
            ? OutOfRange(start)
            : CelValue.Of(text[CodePoints.Offset(text, (int)start)..]);

    public static CelValue Substring(string text, long start, long end)
    {
        var count = CodePoints.Count(text);
        if (start > end)
        {
            return CelValue.Error($"invalid substring range. start: {start}, end: {end}");
        }

        return start < 0 || start > count ? OutOfRange(start)
            : end < 0 || end > count ? OutOfRange(end)
            : CelValue.Of(text[CodePoints.Offset(text, (int)start)..CodePoints.Offset(text, (int)end)]);
    }

    private static CelValue Position(string text, int at) =>
        CelValue.Of(at < 0 ? -1L : CodePoints.Count(text[..at]));

    private static CelValue OutOfRange(long index) => CelValue.Error($"index out of range: {index}");
}
