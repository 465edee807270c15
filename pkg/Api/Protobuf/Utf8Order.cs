namespace Kube1.Api.Protobuf;

/// <summary>The order of texts by their UTF-8 bytes. It differs from that of UTF-16 only beyond the basic plane.</summary>
internal static class Utf8Order
{
    public static int Compare(string left, string right)
    {
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var (a, b) = (left[i], right[i]);
            if (a != b)
            {
                return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
            }
        }

        return left.Length - right.Length;
    }
}
