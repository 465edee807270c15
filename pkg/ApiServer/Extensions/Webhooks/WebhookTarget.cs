using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>A Service that a webhook stands behind.</summary>
internal sealed record WebhookService(string Namespace, string Name, int Port);

/// <summary>
/// Where a webhook is and who vouches for it: the clientConfig of admissionregistration.k8s.io/v1 and
/// apiextensions.k8s.io/v1. Equal targets share their connections.
/// </summary>
internal sealed record WebhookTarget
{
    private const string Scheme = "https://";

    private const int HttpsPort = 443;

    /// <summary>The address that is posted to, without a query, as upstream's errors show it; empty for none.</summary>
    public required string Url { get; init; }

    /// <summary>The Service, when the address is one's name.</summary>
    public WebhookService? Service { get; init; }

    /// <summary>The certificates that the server's must come from: PEM in base64. Empty for those that the system trusts.</summary>
    public string CaBundle { get; init; } = "";

    /// <summary>Reads a clientConfig, which validation has seen.</summary>
    public static WebhookTarget Of(JsonObject clientConfig)
    {
        var bundle = clientConfig.Text("caBundle");
        if (clientConfig["service"] is not JsonObject service)
        {
            return new WebhookTarget { Url = Normalize(clientConfig.Text("url")), CaBundle = bundle };
        }

        var target = new WebhookService(
            service.Text("namespace"), service.Text("name"), (int)(service.Integer("port") ?? HttpsPort));
        return new WebhookTarget
        {
            Url = $"{Scheme}{target.Name}.{target.Namespace}.svc:{target.Port}{CleanPath(service.Text("path"))}",
            Service = target,
            CaBundle = bundle,
        };
    }

    // Host and port stay as they are written.
    private static string Normalize(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        var rest = url[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Scheme + rest + "/" : Scheme + rest[..slash] + CleanPath(rest[slash..]);
    }

    // As Go's path.Join, through which client-go sends all paths: no empty steps, no dots, no slash at the end.
    private static string CleanPath(string path)
    {
        var steps = new List<string>();
        foreach (var step in path.Split('/'))
        {
            if (step == "..")
            {
                steps = steps[..Math.Max(0, steps.Count - 1)];
            }
            else if (step is not ("" or "."))
            {
                steps.Add(step);
            }
        }

        return "/" + string.Join('/', steps);
    }
}
