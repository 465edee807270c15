using System.Text;
using System.Text.RegularExpressions;

namespace Kube1.Tests.Fuzzing;

/// <summary>
/// Makes inputs out of a corpus: flips, cuts, doubles and splices bytes, and does the same with tokens (strings, words,
/// brackets), so that much of what comes out is nearly valid. One in ten is noise.
/// </summary>
internal sealed partial class Mutator(IReadOnlyList<byte[]> corpus, IEnumerable<string>? words = null)
{
    private const int MaxBytes = 8 * 1024;

    private static readonly string[] Oddities =
    [
        "\0", "\u0001", "\r\n", "\"", "\\", "\\u0000", "\\ud800", "\\udc00\\ud800", "\u2028", "\ud83d\ude00", "\ufeff", "%",
        "-", "-0", "-1", "0", "00", "1e999", "1e-999", "99999999999999999999999", "9223372036854775807",
        "-9223372036854775808", "2147483648", "0.1", "null", "true", "[]", "{}", "\"\"", "''", "~", "NaN", ".", "..", "/",
        "//", ":", ";", ",", "=", "!", "(", ")", "[", "]", "{", "}", "&a ", "*a", "<<: ", "- ", "# ", "? ", "| ", " ",
    ];

    // Overlong, cut, surrogate and out-of-range forms of UTF-8, and plain high bytes.
    private static readonly byte[][] BadUtf8 =
        [[0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xFE, 0xFF], [0x80]];

    private readonly string[] _words = [.. Oddities, .. words ?? []];

    public byte[] Make(int seed, int size)
    {
        var random = new Random(seed);
        if (random.Next(10) == 0)
        {
            var noise = new byte[random.Next(1 + (size * 2))];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = Pick(random);
        for (var steps = 1 + random.Next(1 + (size / 12)); steps > 0; steps--)
        {
            bytes = random.Next(2) == 0 ? Bytes(random, bytes) : Tokens(random, bytes);
        }

        return bytes.Length > MaxBytes ? bytes[..MaxBytes] : bytes;
    }

    private byte[] Pick(Random random) => corpus[random.Next(corpus.Count)];

    private byte[] Bytes(Random random, byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        var end = at + random.Next(Math.Min(bytes.Length - at, 40) + 1);
        var head = bytes.AsSpan(0, at);
        var middle = bytes.AsSpan(at, end - at);
        var tail = bytes.AsSpan(end);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Length:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1 when at < bytes.Length:
                byte[] changed = [.. bytes];
                changed[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
                return changed;
            case 2:
                return [.. head, .. tail];
            case 3:
                return [.. head, .. middle, .. middle, .. tail];
            case 4:
                return [.. head, .. BadUtf8[random.Next(BadUtf8.Length)], .. tail];
            case 5:
                var other = Pick(random);
                return [.. head, .. other.AsSpan(random.Next(other.Length + 1))];
            case 6:
                return bytes[..at];
            default:
                return [.. head, .. Encoding.UTF8.GetBytes(_words[random.Next(_words.Length)]), .. bytes.AsSpan(at)];
        }
    }

    private byte[] Tokens(Random random, byte[] bytes)
    {
        var tokens = Split(bytes);
        if (tokens.Count == 0)
        {
            return bytes;
        }

        var at = random.Next(tokens.Count);
        switch (random.Next(6))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens.Insert(at, tokens[at]);
                break;
            case 2:
                var to = random.Next(tokens.Count);
                (tokens[at], tokens[to]) = (tokens[to], tokens[at]);
                break;
            case 3:
                tokens[at] = _words[random.Next(_words.Length)];
                break;
            case 4:
                var others = Split(Pick(random));
                tokens[at] = others.Count == 0 ? "" : others[random.Next(others.Count)];
                break;
            default:
                var count = Math.Min(random.Next(1, 30), tokens.Count - at);
                tokens.InsertRange(random.Next(tokens.Count), tokens.GetRange(at, count));
                break;
        }

        // One character a byte, so that no byte is lost; words beyond Latin-1 are UTF-8 before.
        return Encoding.Latin1.GetBytes(string.Concat(tokens.Select(Narrow)));
    }

    private static List<string> Split(byte[] bytes) =>
        [.. Token().Matches(Encoding.Latin1.GetString(bytes)).Select(m => m.Value)];

    private static string Narrow(string token) => token.Any(c => c > '\xFF')
        ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(token))
        : token;

    [GeneratedRegex("""(?s)"(?:\\.|[^"\\])*"|[A-Za-z0-9_]+|\s+|.""")]
    private static partial Regex Token();
}
