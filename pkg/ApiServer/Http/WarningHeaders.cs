using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The Warning headers of one response: each text once, and when all together are too long, the beginning of each, as
/// upstream cuts them (k8s.io/apiserver/pkg/endpoints/filters, RFC 7234 section 5.5).
/// </summary>
internal sealed class WarningHeaders(HttpResponse response)
{
    private const int MaxTotalRunes = 4 * 1024;
    private const int MaxRunesWhenCut = 256;

    private readonly List<string> _texts = [];
    private int _writtenRunes;
    private bool _isCutting;

    /// <summary>Adds a header; a text that is empty, was there already or cannot stand in a header adds none.</summary>
    public void Add(string text)
    {
        if (text.Length == 0 || response.HasStarted || (_isCutting && _writtenRunes >= MaxTotalRunes)
            || _texts.Contains(text) || text.Any(char.IsControl))
        {
            return;
        }

        _texts.Add(text);
        if (_isCutting || _writtenRunes + CountRunes(text) <= MaxTotalRunes)
        {
            Write(text);
            return;
        }

        _isCutting = true;
        _writtenRunes = 0;
        response.Headers.Warning = StringValues.Empty;
        foreach (var earlier in _texts)
        {
            Write(earlier);
        }
    }

    private void Write(string text)
    {
        var runes = CountRunes(text);
        if (_isCutting && runes > MaxRunesWhenCut)
        {
            text = string.Concat(text.EnumerateRunes().Take(MaxRunesWhenCut));
            runes = MaxRunesWhenCut;
        }

        _writtenRunes += runes;
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        // Texts quote what clients sent: UTF-8, and as in all headers one character a byte.
        response.Headers.Append("Warning", Encoding.Latin1.GetString(Encoding.UTF8.GetBytes($"299 - \"{quoted}\"")));
    }

    private static int CountRunes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
