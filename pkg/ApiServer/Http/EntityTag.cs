using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>Whether a client has a document already.</summary>
internal static class EntityTag
{
    /// <summary>If-None-Match names this hash: a list of tags, strong or weak, or any (RFC 9110, 13.1.2).</summary>
    public static bool IsKnown(HttpRequest request, string hash)
    {
        foreach (var tag in request.Headers.IfNoneMatch.ToString().Split(','))
        {
            var trimmed = tag.Trim();
            var value = trimmed.StartsWith("W/", StringComparison.Ordinal) ? trimmed[2..] : trimmed;
            if (trimmed == "*" || value.Trim('"') == hash)
            {
                return true;
            }
        }

        return false;
    }
}
