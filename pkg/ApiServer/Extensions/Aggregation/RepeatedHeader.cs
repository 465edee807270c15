using System.Net.Http.Headers;
using System.Text;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// A header that goes out once for each of its values. .NET's client joins them with commas, which is the same to readers of
/// lists (RFC 9110 section 5.3), but X-Remote-Group is none: Go's servers would see one group with commas in its name. So
/// the values are joined with a character that none of them may have, and the header's encoding makes a line's end and the
/// header's name of it.
/// </summary>
internal sealed class RepeatedHeader : Encoding
{
    /// <summary>A control character, as headers have none: who adds values has refused those with one.</summary>
    private const char Between = '\u001f';

    private readonly byte[] _between;

    private RepeatedHeader(string name) => _between = ASCII.GetBytes($"\r\n{name}: ");

    /// <summary>Adds all headers, the values of each in their order, in the place of others of their names.</summary>
    public static void Set(HttpRequestHeaders headers, IEnumerable<KeyValuePair<string, string>> added)
    {
        foreach (var values in added.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase))
        {
            headers.Remove(values.Key);
            headers.TryAddWithoutValidation(values.Key, string.Join(Between, values));
        }
    }

    /// <summary>How the headers of a request are written.</summary>
    public static Encoding Of(string name) =>
        name.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase) ? new RepeatedHeader(name) : UTF8;

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count)
    {
        var text = chars.AsSpan(index, count);
        return UTF8.GetByteCount(text) + (text.Count(Between) * (_between.Length - 1));
    }

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)
    {
        var at = byteIndex;
        foreach (var part in chars.AsSpan(charIndex, charCount).Split(Between))
        {
            if (at > byteIndex || part.Start.Value > 0)
            {
                _between.CopyTo(bytes, at);
                at += _between.Length;
            }

            at += UTF8.GetBytes(chars.AsSpan(charIndex, charCount)[part], bytes.AsSpan(at));
        }

        return at - byteIndex;
    }

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => UTF8.GetMaxByteCount(charCount) + (charCount * _between.Length);

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => throw new NotSupportedException();
}
