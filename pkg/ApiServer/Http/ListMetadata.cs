using System.Text;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Http;

/// <summary>metav1.ListMeta as bytes, braces included.</summary>
internal static class ListMetadata
{
    /// <summary>With a revision only; none when it is 0.</summary>
    public static byte[] Of(long revision) => Encoding.ASCII.GetBytes(
        revision == 0 ? "{}" : $$"""{"resourceVersion":"{{revision}}"}""");

    /// <summary>Of the one object of a list.</summary>
    public static byte[] Of(JsonObject obj) => Encoding.ASCII.GetBytes(
        $$"""{"resourceVersion":"{{(string?)obj["metadata"]?["resourceVersion"]}}"}""");

    /// <summary>Of a page.</summary>
    public static byte[] Of(ListPage page)
    {
        if (page.Continue.Length == 0)
        {
            return Of(page.Revision);
        }

        var meta = new JsonObject
        {
            ["resourceVersion"] = page.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["continue"] = page.Continue,
        };
        if (page.Remaining is { } remaining)
        {
            meta["remainingItemCount"] = remaining;
        }

        return KubeBytes.Of(meta).ToArray();
    }
}
