using System.Text;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth;

/// <summary>Extra attributes of a user in headers whose names end in the attribute's key.</summary>
internal static class ExtraHeaders
{
    /// <summary>All values by key, which is lower case with its %XX read; one that is malformed stays as it is.</summary>
    public static Dictionary<string, IReadOnlyList<string>> Read(IHeaderDictionary headers, IEnumerable<string> prefixes)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var prefix in prefixes)
        {
            foreach (var (header, values) in headers)
            {
                if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    var key = Unescape(header[prefix.Length..].ToLowerInvariant());
                    extra[key] = [.. extra.GetValueOrDefault(key, []), .. values.OfType<string>()];
                }
            }
        }

        return extra;
    }

    /// <summary>Drops all headers with one of these prefixes.</summary>
    public static void Remove(IHeaderDictionary headers, IEnumerable<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            List<string>? found = null;
            foreach (var (header, _) in headers)
            {
                if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    (found ??= []).Add(header);
                }
            }

            found?.ForEach(h => headers.Remove(h));
        }
    }

    /// <summary>All or nothing, as Go's url.PathUnescape.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                return text;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
