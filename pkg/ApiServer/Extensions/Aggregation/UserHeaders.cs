using System.Buffers;
using System.Globalization;
using System.Text;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// The headers in which an aggregated API server is told who makes a request
/// (k8s.io/client-go/transport SetAuthProxyHeaders). It believes them because of this server's client certificate.
/// </summary>
internal static class UserHeaders
{
    // What a header's name may have (RFC 9110 section 5.6.2), but for the percent sign that escapes the rest.
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "!#$&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"u8);

    /// <summary>Name, uid, groups and extra attributes, each value in a header of its own.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(UserInfo user)
    {
        yield return new("X-Remote-User", user.Name);
        if (user.Uid.Length > 0)
        {
            yield return new("X-Remote-Uid", user.Uid);
        }

        foreach (var group in user.Groups)
        {
            yield return new("X-Remote-Group", group);
        }

        foreach (var (key, values) in user.Extra)
        {
            var name = "X-Remote-Extra-" + Escape(key);
            foreach (var value in values)
            {
                yield return new(name, value);
            }
        }
    }

    private static string Escape(string key)
    {
        var text = new StringBuilder(key.Length);
        foreach (var b in Encoding.UTF8.GetBytes(key))
        {
            if (NameBytes.Contains(b))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return text.ToString();
    }
}
