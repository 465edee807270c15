using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// Where the next page of a list begins: after a key, at a revision (-1: the newest). Opaque to clients, of upstream's
/// form.
/// </summary>
internal readonly record struct ContinueToken(long Revision, string AfterKey)
{
    private const string Version = "meta.k8s.io/v1";

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // A member that stands twice would only be found out when the tree is asked for one.
    private static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    /// <summary>The newest revision, whatever it is: the rest of a list whose revision has expired.</summary>
    public const long Newest = -1;

    /// <summary>Reads a token; throws 400.</summary>
    public static ContinueToken Parse(string text)
    {
        var data = Decode(text);
        try
        {
            var json = JsonNode.Parse(data, null, Once) as JsonObject ?? throw new FormatException("no object");
            var version = json["v"]?.GetValue<string>() ?? "";
            if (version != Version)
            {
                throw Refused($" server does not recognize this encoded version {version}");
            }

            var revision = json["rv"]?.GetValue<long>() ?? 0;
            if (revision == 0)
            {
                throw Refused(" incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
            }

            var start = json["start"]?.GetValue<string>() ?? "";
            if (start.Length == 0)
            {
                throw Refused(" encoded start key empty (version meta.k8s.io/v1)");
            }

            // A path that climbs is no key of ours.
            return start.Split('/').Any(part => part is "." or "..") || start.Contains("//", StringComparison.Ordinal)
                ? throw Refused(" " + start)
                : new ContinueToken(revision, start.TrimEnd('\0'));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            throw Refused(" " + (GoJsonSyntax.Describe(data) ?? e.Message));
        }
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            // Go names the first character that cannot be there, or the last one, which stands alone.
            var at = text.AsSpan().IndexOfAnyExcept(Alphabet);
            throw Refused($" illegal base64 data at input byte {(at < 0 ? text.Length - 1 : at)}");
        }
    }

    private static ApiException Refused(string why) =>
        ApiErrors.BadRequest("invalid continue token: continue key is not valid:" + why);

    /// <summary>The token as text.</summary>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        new JsonObject { ["v"] = Version, ["rv"] = Revision, ["start"] = AfterKey + "\0" }.ToJsonString()));
}
