using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>A group version and who serves it (apiregistration.k8s.io/v1 APIService).</summary>
internal sealed record ApiService
{
    /// <summary>The condition that tells whether requests are passed on.</summary>
    public const string Available = "Available";

    private const int HttpsPort = 443;

    /// <summary>"v1.example.com"; "v1." is the core's.</summary>
    public required string Name { get; init; }

    /// <summary>The group; empty for the core.</summary>
    public required string Group { get; init; }

    /// <summary>"v1"</summary>
    public required string Version { get; init; }

    /// <summary>The place of the group among all: the highest of its versions counts.</summary>
    public required long GroupPriority { get; init; }

    /// <summary>The place of the version within its group.</summary>
    public required long VersionPriority { get; init; }

    /// <summary>The server behind it; null when this server serves it.</summary>
    public RemoteServer? Server { get; init; }

    /// <summary>Whether the server could be reached when it was tried last.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>"/apis/example.com/v1", what the paths that it serves begin with; "/api" for the core.</summary>
    public string Path => Group.Length == 0 ? "/api" : $"/apis/{Group}/{Version}";

    /// <summary>Reads an object, which validation has seen.</summary>
    public static ApiService Of(JsonObject obj) => new()
    {
        Name = obj.Text("metadata.name"),
        Group = obj.Text("spec.group"),
        Version = obj.Text("spec.version"),
        GroupPriority = obj.Integer("spec.groupPriorityMinimum") ?? 0,
        VersionPriority = obj.Integer("spec.versionPriority") ?? 0,
        IsAvailable = obj.Condition(Available) == "True",
        Server = obj["spec"]?["service"] is not JsonObject service
            ? null
            : new RemoteServer(
                new WebhookService(
                    service.Text("namespace"), service.Text("name"), (int)(service.Integer("port") ?? HttpsPort)),
                obj.Text("spec.caBundle"), obj.Flag("spec.insecureSkipTLSVerify")),
    };
}

/// <summary>An API server behind a Service, and who vouches for it. Equal ones share their connections.</summary>
/// <param name="Service">The Service.</param>
/// <param name="CaBundle">The certificates that its own must come from: PEM in base64. Empty for the system's.</param>
/// <param name="IsTrustedBlindly">Whether any certificate will do.</param>
internal sealed record RemoteServer(WebhookService Service, string CaBundle, bool IsTrustedBlindly)
{
    /// <summary>The name that its certificate must have.</summary>
    public string HostName => $"{Service.Name}.{Service.Namespace}.svc";

    /// <summary>"https://name.namespace.svc:443", which is also what errors show.</summary>
    public string Address => $"https://{HostName}:{Service.Port}";
}
