using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Certificates;

namespace Kube1.Controllers.ClusterAuthentications;

/// <summary>
/// The ConfigMap's data. What other servers of the cluster, or an earlier start, have put there stays beside our own, but for
/// certificates that have expired (upstream's cluster authentication trust controller).
/// </summary>
internal static class ClusterAuthenticationData
{
    /// <summary>The data with our own in it.</summary>
    public static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string>? present, ClusterAuthentication own, DateTimeOffset now)
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in present ?? new Dictionary<string, string>())
        {
            data[key] = value;
        }

        AddCertificates("client-ca-file", own.ClientAuthorityPem);
        AddCertificates("requestheader-client-ca-file", own.ProxyAuthorityPem);
        AddTexts("requestheader-allowed-names", own.ProxyNames);
        AddTexts("requestheader-username-headers", own.UsernameHeaders);
        AddTexts("requestheader-uid-headers", own.UidHeaders);
        AddTexts("requestheader-group-headers", own.GroupHeaders);
        AddTexts("requestheader-extra-headers-prefix", own.ExtraHeaderPrefixes);
        return data;

        void AddCertificates(string key, string pem) => data[key] = string.Concat(
            Read(data.GetValueOrDefault(key, "")).Concat(Read(pem)).Where(c => c.NotAfter.ToUniversalTime() > now.UtcDateTime)
                .DistinctBy(c => c.Thumbprint).Select(c => c.ExportCertificatePem() + "\n"));

        void AddTexts(string key, IReadOnlyList<string> texts) => data[key] = new JsonArray(
            [.. Texts(data.GetValueOrDefault(key, "")).Concat(texts).Distinct().Select(t => (JsonNode)t)]).ToJsonString();
    }

    private static X509Certificate2Collection Read(string pem)
    {
        try
        {
            return CertificateBundle.Read(pem);
        }
        catch (CryptographicException)
        {
            // Somebody has written something else there, or far too much: ours replaces it.
            return [];
        }
    }

    private static IEnumerable<string> Texts(string json)
    {
        try
        {
            // Whatever is no list of texts was written by somebody else: ours replaces it.
            return json.Length > 0 && JsonNode.Parse(json) is JsonArray texts
                && texts.All(t => t?.GetValueKind() == JsonValueKind.String)
                ? [.. texts.Select(t => t!.GetValue<string>())]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
