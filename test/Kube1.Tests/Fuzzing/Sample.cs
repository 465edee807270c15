using System.Text;

namespace Kube1.Tests.Fuzzing;

/// <summary>One input of a decoder; prints as a line that a corpus takes.</summary>
internal sealed record Sample(byte[] Bytes)
{
    private const int ShownCharacters = 400;

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var c in Encoding.Latin1.GetString(Bytes, 0, Math.Min(Bytes.Length, ShownCharacters)))
        {
            text.Append(c is >= ' ' and < '\x7f' ? c : '.');
        }

        return $"{Bytes.Length} bytes: {text}\nbase64:{Convert.ToBase64String(Bytes)}";
    }

    /// <summary>Smaller ones, for FsCheck to find the smallest that still fails.</summary>
    public IEnumerable<Sample> Smaller()
    {
        for (var size = Bytes.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at < Bytes.Length; at += size)
            {
                var end = Math.Min(at + size, Bytes.Length);
                yield return new Sample([.. Bytes.AsSpan(0, at), .. Bytes.AsSpan(end)]);
            }
        }
    }
}
