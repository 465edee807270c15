using System.Text;

namespace Kube1.Tests.Fuzzing;

/// <summary>Inputs that no mutation reaches: very deep, very wide, very repetitive.</summary>
internal static class HostileShapes
{
    private const int Deep = 100_000;

    /// <summary>A great many for one object; patches meet more, see PatchFuzzTests.</summary>
    public const int Wide = 20_000;

    /// <summary>Nesting of every kind of bracket, open and closed.</summary>
    public static IEnumerable<byte[]> DeepJson()
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]"), ("{\"spec\":", "}") })
        {
            yield return Ascii(Repeat(open, Deep));
            yield return Ascii(Repeat(open, Deep) + "1" + Repeat(close, Deep));
            yield return Ascii("{\"metadata\":{\"annotations\":" + Repeat(open, Deep) + "1" + Repeat(close, Deep) + "}}");
        }

        yield return Ascii(Repeat("(", Deep));
        yield return Ascii(Repeat("\"", Deep));
        yield return Ascii(Repeat("\\", Deep));
        yield return Ascii("1" + Repeat("0", Deep));
        yield return Ascii("1e" + Repeat("9", Deep));
    }

    /// <summary>One map, or one list, with a great many members.</summary>
    public static IEnumerable<byte[]> WideJson()
    {
        yield return WideMap("", "\"v\"");
        yield return WideMap("", "null");
        yield return WideMap("\"metadata\":{\"name\":\"a\"},", "{}");
        yield return Ascii($"{{\"metadata\":{{\"annotations\":{Text(WideMap("", "\"v\""))}}}}}");
        yield return Ascii($"{{\"data\":{Text(WideMap("", "null"))}}}");
        yield return Ascii($"{{\"metadata\":{{\"finalizers\":[{string.Join(',', Enumerable.Range(0, Wide).Select(i => $"\"f{i}\""))}]}}}}");
        yield return Ascii($"{{\"spec\":{{\"containers\":[{string.Join(',', Enumerable.Range(0, Wide / 2).Select(i => $"{{\"name\":\"c{i}\"}}"))}]}}}}");
        yield return Ascii("{" + string.Join(',', Enumerable.Repeat("\"a\":1", Wide)) + "}");
    }

    public static byte[] WideMap(string before, string value) =>
        Ascii("{" + before + string.Join(',', Enumerable.Range(0, Wide).Select(i => $"\"k{i}\":{value}")) + "}");

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static string Text(byte[] bytes) => Encoding.ASCII.GetString(bytes);
}
