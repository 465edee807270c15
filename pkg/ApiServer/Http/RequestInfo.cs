using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Http;

/// <summary>What a URL and method mean (k8s.io/apiserver/pkg/endpoints/request RequestInfo).</summary>
public sealed record RequestInfo
{
    /// <summary>Whether the path names a resource; else only <see cref="Verb"/> and <see cref="Path"/> count.</summary>
    public bool IsResourceRequest { get; init; }

    /// <summary>The URL's path.</summary>
    public required string Path { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; lower-case HTTP method for paths.</summary>
    public required string Verb { get; init; }

    /// <summary>"api" or "apis"</summary>
    public string ApiPrefix { get; init; } = "";

    /// <summary>The group; empty for core.</summary>
    public string ApiGroup { get; init; } = "";

    /// <summary>The version, "v1".</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The namespace; empty for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The plural name, "pods".</summary>
    public string Resource { get; init; } = "";

    /// <summary>"status", "log", …; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The object's name; empty when the request is for many or creates one.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether the path says the name; else it is that of a field selector on one name.</summary>
    public bool IsNameInPath { get; init; }

    /// <summary>What follows the subresource, as with proxy: "healthz/deep". No leading slash.</summary>
    public string Rest { get; init; } = "";

    /// <summary>The field selector of a list or watch, as sent.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>The label selector of a list or watch, as sent.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>The question for the authorizer when this user makes the request.</summary>
    public AuthorizationAttributes AttributesFor(UserInfo user) => new()
    {
        User = user,
        Verb = Verb,
        ApiGroup = ApiGroup,
        ApiVersion = ApiVersion,
        Resource = Resource,
        Subresource = Subresource,
        Namespace = Namespace,
        Name = Name,
        Path = Path,
        IsResourceRequest = IsResourceRequest,
        FieldSelector = FieldSelector,
        LabelSelector = LabelSelector,
    };
}
