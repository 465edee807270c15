namespace Kube1.Api.FieldSets;

/// <summary>
/// The order of texts by their UTF-8 bytes, in which upstream sorts. It is that of UTF-16 units but for surrogates,
/// which stand for the highest code points.
/// </summary>
internal static class Utf8Order
{
    /// <summary>Less than, equal to or greater than zero.</summary>
    public static int Compare(string left, string right)
    {
        var shared = left.AsSpan().CommonPrefixLength(right);
        if (shared == left.Length || shared == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (a, b) = (left[shared], right[shared]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
